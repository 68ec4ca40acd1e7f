/**
 * How well what a sender sends is taken: the share of its messages that bounced or that somebody marked as spam. Mailbox providers turn away
 * all mail of senders with too many of either, so a sender with too many is slowed down, and then stopped, before they do.
 */
import { z } from 'zod';

import type { Channel } from './action-types.ts';
import { DAY_MS, HOUR_MS } from './instant.ts';
import type { Instant } from './instant.ts';

/** From what may go on freely to what may not at all. */
export const SENDER_LEVELS = ['ok', 'warned', 'throttled', 'stopped'] as const;
export type SenderLevel = (typeof SENDER_LEVELS)[number];
export const LIMITED_LEVELS = ['warned', 'throttled', 'stopped'] as const satisfies readonly SenderLevel[];
export type LimitedLevel = (typeof LIMITED_LEVELS)[number];

const share = z.number().gt(0).max(1);

/** How long counts of messages are kept, which is the longest window. */
export const SENDER_WINDOW_MAX_MS = 30 * DAY_MS;

export const senderHealthTermsSchema = z.strictObject({
  /** Messages of this long before now are looked at. */
  window_ms: z.int().min(HOUR_MS).max(SENDER_WINDOW_MAX_MS).optional(),
  /** With fewer messages than this in the window a share says nothing. */
  least_sends: z.int().min(1).max(1_000_000).optional(),
  bounces: z
    .strictObject({ throttle: share, stop: share })
    .refine(({ throttle, stop }) => throttle <= stop, 'throttle must not be above stop')
    .optional(),
  complaints: z
    .strictObject({ warn: share, stop: share })
    .refine(({ warn, stop }) => warn <= stop, 'warn must not be above stop')
    .optional(),
  /** The share of its messages that a throttled sender may send on a day; the others wait for a later day. */
  throttle_share: z.number().min(0.05).max(1).optional(),
});
export type SenderHealthTerms = z.infer<typeof senderHealthTermsSchema>;
export type WholeSenderHealthTerms = {
  readonly [Name in keyof SenderHealthTerms]-?: Exclude<SenderHealthTerms[Name], undefined>;
};

/**
 * What counts where a policy says nothing. Complaints: Google's guidelines for senders ask to stay below 0.1 % and never to reach 0.3 %. Bounces: Amazon SES reviews senders from 5 % on; 2 % is
 * what bulk senders are commonly advised to stay under.
 */
export const DEFAULT_SENDER_HEALTH: WholeSenderHealthTerms = {
  window_ms: 7 * DAY_MS,
  least_sends: 500,
  bounces: { throttle: 0.02, stop: 0.05 },
  complaints: { warn: 0.001, stop: 0.003 },
  throttle_share: 0.25,
};

export function senderHealthTermsOf(policy: {
  readonly sender_health?: SenderHealthTerms | undefined;
}): WholeSenderHealthTerms {
  const terms = policy.sender_health ?? {};
  return {
    window_ms: terms.window_ms ?? DEFAULT_SENDER_HEALTH.window_ms,
    least_sends: terms.least_sends ?? DEFAULT_SENDER_HEALTH.least_sends,
    bounces: terms.bounces ?? DEFAULT_SENDER_HEALTH.bounces,
    complaints: terms.complaints ?? DEFAULT_SENDER_HEALTH.complaints,
    throttle_share: terms.throttle_share ?? DEFAULT_SENDER_HEALTH.throttle_share,
  };
}

export interface SenderName {
  readonly channel: Channel;
  readonly sender: string;
}

/** What was counted of one sender. Of its messages in the window, not of what came in during it. */
export interface SenderCounts {
  readonly sent: number;
  readonly bounced: number;
  readonly complained: number;
}

/** Messages that were sent within the hour that begins at `hour`. */
export interface SenderHour extends SenderName {
  readonly hour: Instant;
  readonly sent: number;
}

export interface SenderHarm extends SenderName {
  readonly type: 'bounce' | 'complaint';
  /** When the message was sent. */
  readonly sentAt: Instant;
}

/** A sender as the registry of its tenant has it. One that never was limited is not there. */
export interface SenderHealth extends SenderName, SenderCounts {
  readonly level: SenderLevel;
  /** When its level last changed. */
  readonly at: Instant;
  /** When a person last let it begin anew: what it sent before does not count any more. */
  readonly cleared_at: Instant | null;
}

export function sameSender(one: SenderName, other: SenderName): boolean {
  return one.channel === other.channel && one.sender === other.sender;
}

export const senderFactSchema = z.strictObject({
  level: z.enum(SENDER_LEVELS),
  sent: z.int(),
  bounced: z.int(),
  complained: z.int(),
});
export type SenderFact = z.infer<typeof senderFactSchema>;

/** As a fact of the gate: nothing for a sender that never was limited. */
export function senderFact(
  senders: readonly SenderHealth[],
  about: { readonly channel: string; readonly sender: string },
): { readonly sender?: SenderFact } {
  const found = senders.find(({ channel, sender }) => channel === about.channel && sender === about.sender);
  if (found === undefined) return {};
  const { level, sent, bounced, complained } = found;
  return { sender: { level, sent, bounced, complained } };
}
