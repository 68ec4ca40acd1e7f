/** Who acts. A lane is not an experiment: those are canaries. */
import { z } from 'zod';

export const LANES = ['inbound', 'tam', 'marketing', 'operator'] as const;
export const laneSchema = z.enum(LANES);
export type Lane = z.infer<typeof laneSchema>;
