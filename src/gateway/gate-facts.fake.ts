/** A contact who agreed to marketing at a webinar. Notes every call. */
import type { GateFactServices, LawfulBasesView, ReadinessReport, SyncView } from './gate-facts.port.ts';

const AT = '2026-11-20T10:00:00.000Z';

const BASES: LawfulBasesView = {
  subject: 'contact/c-1',
  general: null,
  purposes: [
    { purpose: 'marketing', basis: 'consent', source: 'webinar form', since: AT, jurisdiction: 'DE', proven: true },
  ],
};

const SYNCS: readonly SyncView[] = [{ source: 'crm', complete_to: AT, limit_ms: 3_600_000, stale: false }];

export const READINESS: ReadinessReport = {
  purpose: 'sales',
  at: AT,
  contacts: 8,
  ready: 3,
  held: 4,
  refused: 1,
  gaps: [
    {
      reason: 'consent_unknown',
      fact: null,
      contacts: 4,
      share: 0.5,
      alone: 3,
      title: 'No lawful basis is recorded.',
      remedy: 'Record it.',
      fix: 'Map a column.',
      examples: ['c-1', 'c-2'],
    },
  ],
  refusals: [
    {
      reason: 'opted_out',
      contacts: 1,
      share: 0.125,
      alone: 1,
      title: 'The contact has opted out.',
      remedy: 'None.',
      fix: 'None.',
      examples: ['c-3'],
    },
  ],
  limited_senders: [{ channel: 'email', sender: 'default', level: 'stopped' }],
};

export function fakeGateFacts(note: (name: string, ...args: readonly unknown[]) => void): GateFactServices {
  return {
    async recordTouches(_caller, touches) {
      note('recordTouches', touches);
      return touches.map(({ id }) => ({ id, duplicate: false }));
    },
    async listSyncs() {
      note('listSyncs');
      return SYNCS;
    },
    async reportSync(_caller, source, completeTo) {
      note('reportSync', source, completeTo);
      return SYNCS;
    },
    async showBases(_caller, contact) {
      note('showBases', contact);
      return BASES;
    },
    async recordBasis(_caller, contact, input) {
      note('recordBasis', contact, input);
      return BASES;
    },
    async clearBounce(_caller, contact, reason) {
      note('clearBounce', contact, reason);
      return { subject: `contact/${contact}` };
    },
    async readiness(_caller, purpose) {
      note('readiness', purpose);
      return { ...READINESS, purpose };
    },
  };
}
