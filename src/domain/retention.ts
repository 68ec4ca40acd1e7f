/**
 * What is deleted by age, and when. The rows of the ledger stay; what goes of them is texts, and the digest of each remains, so the chain verifies. A tenant
 * changes a period in its policy, so every period that was in force is known by the policy's hash.
 */
import { z } from 'zod';

import { COLD_DAYS } from './play.ts';

/** A restore, an import or a sender may bring a message again; nobody does after this time. */
const DAYS_MIN = 90;
const DAYS_MAX = 3_650;
const THREE_YEARS = 1_095;

export const RETENTION_CLASSES = {
  processed_messages: {
    days: 400,
    what: 'ids and digests of messages that were processed or skipped; one that is sent again later counts as new',
  },
  ended_attempts: {
    days: 400,
    what: "attempts at permits that have ended, with the channel's name for what it did",
  },
  retired_plays: {
    days: COLD_DAYS,
    what: 'plays that were retired, with all that the cadence event log has of them; never before 7 years',
  },
  event_texts: {
    days: THREE_YEARS,
    what: 'texts in events of the ledger: messages, drafts, replies; the events stay, with the digest of each text',
  },
  notes: {
    days: THREE_YEARS,
    what: 'texts and values of notes that nobody has verified since, in the ledger and in what they are searched by; what they were about stays',
  },
  timelines: {
    days: THREE_YEARS,
    what: 'timelines of accounts and people about whom nothing has happened since; one that waits for an action stays',
  },
  snapshots: {
    days: COLD_DAYS,
    what: 'what the gate saw when it decided; such a decision can no longer be replayed',
  },
} as const;
export type RetentionClass = keyof typeof RETENTION_CLASSES;
export const RETENTION_CLASS_NAMES = Object.keys(RETENTION_CLASSES) as [RetentionClass, ...RetentionClass[]];
export const retentionClassSchema = z.enum(RETENTION_CLASS_NAMES);

/** Days per class; a class that is not named keeps its default, and null keeps everything for ever. */
export const retentionSchema = z
  .partialRecord(retentionClassSchema, z.int().min(DAYS_MIN).max(DAYS_MAX).nullable())
  .refine(
    ({ retired_plays: days }) => days === undefined || days === null || days >= COLD_DAYS,
    `retired_plays must be at least ${COLD_DAYS} days, which is 7 years, or null`,
  );
export type Retention = z.infer<typeof retentionSchema>;

/** Days for which a class is kept; null for ever. */
export function retentionDays(retention: Retention | undefined, name: RetentionClass): number | null {
  const days = retention?.[name];
  return days === undefined ? RETENTION_CLASSES[name].days : days;
}
