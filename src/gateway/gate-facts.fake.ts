/** A contact who agreed to marketing at a webinar. Notes every call. */
import type { GateFactServices, LawfulBasesView, SyncView } from './gate-facts.port.ts';

const AT = '2026-11-20T10:00:00.000Z';

const BASES: LawfulBasesView = {
  subject: 'contact/c-1',
  general: null,
  purposes: [
    { purpose: 'marketing', basis: 'consent', source: 'webinar form', since: AT, jurisdiction: 'DE', proven: true },
  ],
};

const SYNCS: readonly SyncView[] = [{ source: 'crm', complete_to: AT, limit_ms: 3_600_000, stale: false }];

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
  };
}
