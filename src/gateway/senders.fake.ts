/** A sender that was stopped. Notes every call. */
import type { SenderServices, SenderView } from './senders.port.ts';

export const FAKE_SENDER: SenderView = {
  channel: 'email',
  sender: 'default',
  level: 'stopped',
  level_since: '2026-11-20T10:00:00.000Z',
  counted_since: '2026-11-14T10:00:00.000Z',
  sent: 1_000,
  bounced: 12,
  complained: 4,
  bounce_share: 0.012,
  complaint_share: 0.004,
  cleared_at: null,
};

export function fakeSenders(note: (name: string, ...args: readonly unknown[]) => void): SenderServices {
  return {
    async list() {
      note('listSenders');
      return [FAKE_SENDER];
    },
    async clear(_caller, input) {
      note('clearSender', input);
      return {
        ...FAKE_SENDER,
        level: 'ok',
        sent: 0,
        bounced: 0,
        complained: 0,
        bounce_share: null,
        complaint_share: null,
      };
    },
  };
}
