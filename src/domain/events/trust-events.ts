/** What happens to trust in an engine. */
import { z } from 'zod';

import { evidenceSchema } from '../trust.ts';
import { spec } from './event-parts.ts';

export const TRUST_EVENTS = {
  'trust.evidence': spec(['trust'], 'Evidence for or against trust arrived', evidenceSchema),
  'trust.evidence_withdrawn': spec(
    ['trust'],
    'Evidence was taken back, as its outcome was corrected or retracted',
    evidenceSchema,
  ),
  'trust.leveled': spec(
    ['trust'],
    'A trust level changed',
    z.strictObject({ from: z.string(), to: z.string(), reason: z.string() }),
  ),
} as const;
