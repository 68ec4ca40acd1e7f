/** What happens to identities: merged, split, moved and named. */
import { z } from 'zod';

import { intoSchema } from '../guard.ts';
import { ALIAS_KINDS, carriedSchema, rememberedDecisionSchema } from '../identity.ts';
import { by, instant, reasonText, spec } from './event-parts.ts';

export const IDENTITY_EVENTS = {
  'identity.merged': spec(
    ['account', 'lead'],
    'An account or person was merged into another',
    z.strictObject({ into: intoSchema, by, reason: reasonText }),
  ),
  'identity.joined': spec(
    ['account', 'lead'],
    'Another account or person came in by a merge',
    z.strictObject({ merge: z.string(), absorbed: z.string(), carried: carriedSchema }),
  ),
  'identity.split': spec(
    ['account', 'lead'],
    'A merge was taken back',
    z.strictObject({ merge: z.string(), by, reason: reasonText }),
  ),
  'identity.parted': spec(
    ['account', 'lead'],
    'One that had come in by a merge left again',
    z.strictObject({ merge: z.string(), absorbed: z.string(), scope: z.string(), since: instant }),
  ),
  'identity.restored': spec(
    ['account', 'lead'],
    'What was decided while both were one came back with the split',
    z.strictObject({ merge: z.string(), decisions: z.array(rememberedDecisionSchema) }),
  ),
  'identity.reparented': spec(
    ['lead'],
    'A person was moved to another account',
    z.strictObject({
      act: z.string(),
      account: z.string().nullable(),
      /** The act that this one takes back. */
      reverses: z.string().nullable(),
      by,
      reason: reasonText,
    }),
  ),
  'identity.forwarded': spec(
    ['account', 'lead'],
    'A message was passed on to the one that this was merged into',
    z.strictObject({ message_type: z.string(), source: z.string(), id: z.string(), to: z.string() }),
  ),
  'identity.refused': spec(
    ['account', 'lead'],
    'An act on identities came too late to be possible',
    z.strictObject({ act: z.string(), reason: reasonText }),
  ),
  'identity.alias_added': spec(
    ['account', 'lead'],
    'A further name was added',
    z.strictObject({ alias_kind: z.enum(ALIAS_KINDS), alias: z.string(), by, reason: reasonText }),
  ),
  'identity.alias_removed': spec(
    ['account', 'lead'],
    'A further name was taken away',
    z.strictObject({ alias_kind: z.enum(ALIAS_KINDS), alias: z.string(), by, reason: reasonText }),
  ),
  'identity.dismissed': spec(
    ['account', 'lead'],
    'Somebody said that two are not the same',
    z.strictObject({ other: z.string(), evidence: z.string(), by, reason: reasonText }),
  ),
} as const;
