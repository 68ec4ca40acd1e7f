/** Where touches, replies and relations come from that other systems know first, and how long ago each was last read completely. */
import { z } from 'zod';

export const SYNC_SOURCES = ['crm', 'mailbox', 'calendar', 'sequencer'] as const;
export const syncSourceSchema = z.enum(SYNC_SOURCES);
export type SyncSource = z.infer<typeof syncSourceSchema>;

/** Up to which moment everything of a source is known, in ms. A source that never reported is absent. */
export const syncTimesSchema = z.partialRecord(syncSourceSchema, z.number());
export type SyncTimes = z.infer<typeof syncTimesSchema>;
