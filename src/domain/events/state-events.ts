/** What happens to states and messages of actors of any kind. */
import { z } from 'zod';

import { guardKeySchema, guardStateSchema } from '../guard.ts';
import { ACTOR_KINDS, by, reasonText, spec } from './event-parts.ts';

export const STATE_EVENTS = {
  'message.resolved': spec(
    ACTOR_KINDS,
    'Somebody decided about a message that could not be processed',
    z.strictObject({
      source: z.string(),
      id: z.string(),
      decision: z.enum(['retry', 'edit', 'skip']),
      /** The data that the message has from now on, when it was edited. */
      data: z.record(z.string(), z.json()).nullable(),
      by,
      reason: reasonText,
    }),
  ),
  'state.reverted': spec(
    ACTOR_KINDS,
    'An undone import put a state back',
    z.strictObject({
      import: z.string(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }).nullable(),
      /** Guards that go back with it, to the state before the import. */
      guards: z.array(z.strictObject({ key: guardKeySchema, state: guardStateSchema })),
    }),
  ),
  'state.restored': spec(
    ['account', 'lead'],
    'A state went back to what it was at a checkpoint',
    z.strictObject({
      checkpoint: z.string(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }),
      by,
    }),
  ),
  'state.migrated': spec(
    ACTOR_KINDS,
    'A state was brought to a newer machine version',
    z.strictObject({
      from: z.int(),
      to: z.int(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }),
    }),
  ),
} as const;
