/**
 * How many messages of a sender were sent, bounced, or were marked as spam, and at which level that puts it. What bounced is counted with
 * the message and not with the moment of the news, so a share is always one of the same messages, however late the news.
 */
import type { Channel } from '../domain/action-types.ts';
import { HOUR_MS } from '../domain/instant.ts';
import type { Instant } from '../domain/instant.ts';
import { sameSender } from '../domain/sender-health.ts';
import type {
  SenderCounts,
  SenderHarm,
  SenderHealth,
  SenderHour,
  SenderLevel,
  SenderName,
  WholeSenderHealthTerms,
} from '../domain/sender-health.ts';

/** The beginning of the first whole hour from a moment on. */
function wholeHourFrom(at: Instant): Instant {
  return Math.ceil(at / HOUR_MS) * HOUR_MS;
}

/** From when on messages count: those of the window, and none from before a person let the sender begin anew. */
export function countedSince(known: SenderHealth | undefined, terms: WholeSenderHealthTerms, now: Instant): Instant {
  return wholeHourFrom(Math.max(now - terms.window_ms, known?.cleared_at ?? 0));
}

/** Every sender of which there is something to say, in order. */
export function sendersIn(hours: readonly SenderHour[], known: readonly SenderHealth[]): readonly SenderName[] {
  const names = new Map<string, SenderName>();
  for (const { channel, sender } of [...hours, ...known])
    names.set(JSON.stringify([channel, sender]), { channel, sender });
  return [...names].toSorted(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).map(([, name]) => name);
}

/** Of the messages of one sender since the beginning of an hour. Messages from before anything was counted are left out. */
export function countSender(
  name: { readonly channel: Channel; readonly sender: string },
  hours: readonly SenderHour[],
  harms: readonly SenderHarm[],
  since: Instant,
): SenderCounts {
  const own = hours.filter((item) => sameSender(item, name) && item.hour >= since);
  const first = own.reduce((least, { hour }) => Math.min(least, hour), Number.POSITIVE_INFINITY);
  const harmed = (type: SenderHarm['type']) =>
    harms.filter((harm) => harm.type === type && sameSender(harm, name) && harm.sentAt >= first).length;
  return {
    sent: own.reduce((sum, { sent }) => sum + sent, 0),
    bounced: harmed('bounce'),
    complained: harmed('complaint'),
  };
}

/**
 * The strictest level that bounces or complaints call for; `ok` with fewer messages than say something. A share that reaches a limit has
 * reached it.
 */
export function senderLevelOf({ sent, bounced, complained }: SenderCounts, terms: WholeSenderHealthTerms): SenderLevel {
  if (sent < terms.least_sends || sent === 0) return 'ok';
  const bounces = bounced / sent;
  const complaints = complained / sent;
  if (bounces >= terms.bounces.stop || complaints >= terms.complaints.stop) return 'stopped';
  if (bounces >= terms.bounces.throttle) return 'throttled';
  return complaints >= terms.complaints.warn ? 'warned' : 'ok';
}
