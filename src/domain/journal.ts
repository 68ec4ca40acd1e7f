/**
 * What a host writes down outside the database, so that a restored installation can know what happened after its backup: every effect
 * before it is begun, how it ended, every suppression, and every erasure. There are no names, addresses or texts in it; ids and keys are the keyed
 * hashes that the ledger has too.
 */
import { z } from 'zod';

import { actionTypeSchema, channelSchema } from './action-types.ts';
import { modeSchema } from './mode.ts';

const instant = z.number();

const begin = z.strictObject({
  kind: z.literal('begin'),
  format: z.literal(1),
  /** By which the master key of the installation is recognised. */
  installation: z.string(),
  host: z.string(),
  /** When the host began its journal; earlier files of it are missing when no file begins at that time. */
  host_since: instant,
  at: instant,
});

const attempt = z.strictObject({
  kind: z.literal('attempt'),
  at: instant,
  tenant: z.string(),
  permit: z.string(),
  action_type: actionTypeSchema,
  channel: channelSchema,
  mode: modeSchema,
  fingerprint: z.string(),
  account: z.string().nullable(),
  person: z.string().nullable(),
  domain: z.string().nullable(),
  scope: z.string(),
  correlation: z.string(),
});
export type JournalAttempt = z.infer<typeof attempt>;

const result = z.strictObject({
  kind: z.literal('result'),
  at: instant,
  tenant: z.string(),
  permit: z.string(),
  /** `absent`: the channel certainly did not act. `refused`: it said no for good. */
  result: z.enum(['sent', 'absent', 'refused', 'uncertain']),
  receipt: z.string().nullable(),
});
export type JournalResult = z.infer<typeof result>;

const suppression = z.strictObject({
  kind: z.literal('suppression'),
  at: instant,
  tenant: z.string(),
  change: z.enum(['added', 'removed']),
  key: z.string(),
  scope: z.enum(['contact', 'email', 'domain', 'account']).nullable(),
  reason: z.string(),
  source: z.string(),
});
export type JournalSuppression = z.infer<typeof suppression>;

const erasure = z.strictObject({
  kind: z.literal('erasure'),
  at: instant,
  tenant: z.string(),
  subject: z.string(),
  /** Where the events of the person are found. */
  scope: z.string(),
  account: z.string().nullable(),
});
export type JournalErasure = z.infer<typeof erasure>;

export const journalEntrySchema = z.discriminatedUnion('kind', [begin, attempt, result, suppression, erasure]);
export type JournalEntry = z.infer<typeof journalEntrySchema>;
