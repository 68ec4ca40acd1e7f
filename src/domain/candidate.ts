/** What a decision engine returns: every candidate with its score, the chosen one, and the probability with which it was chosen. */
import { z } from 'zod';

import { actionTypeSchema, channelSchema } from './action-types.ts';
import { PERSONAS } from './entity.ts';

export const candidateSchema = z.strictObject({
  /** `none` is the candidate of doing nothing; it is always among them. */
  action_type: z.union([actionTypeSchema, z.literal('none')]),
  channel: channelSchema,
  /** 0 to 100. */
  score: z.number(),
  /** Probability of being chosen under the engine's own exploration, 0 to 1. */
  propensity: z.number().min(0).max(1),
  /** In plain words, such as `Tier 1 fit and fresh pricing interest from the economic buyer`. */
  reason: z.string(),
});
export type Candidate = z.infer<typeof candidateSchema>;

export const FIT_DIMENSIONS = ['firmographic', 'vertical', 'revenue', 'tech', 'growth', 'intent'] as const;
export type FitDimension = (typeof FIT_DIMENSIONS)[number];
export const FIT_TIERS = ['T1', 'T2', 'T3', 'unscored'] as const;
export type FitTier = (typeof FIT_TIERS)[number];

export const fitSchema = z.strictObject({
  /** 0 to 100; a missing dimension earns no points and is named in `gaps`. */
  score: z.number(),
  tier: z.enum(FIT_TIERS),
  points: z.record(z.enum(FIT_DIMENSIONS), z.number().nullable()),
  gaps: z.array(z.enum(FIT_DIMENSIONS)),
  /** Share of the weight that was scored, 0 to 1. */
  coverage: z.number(),
});
export type Fit = z.infer<typeof fitSchema>;

export const assessmentSchema = z.strictObject({
  fit: fitSchema,
  /** 0 to 100: fit 40 %, decayed intent 40 %, opportunity 20 %. */
  priority: z.number(),
  intent: z.number(),
  opportunity: z.number(),
  segment: z.string().nullable(),
  persona: z.enum(PERSONAS),
  stage: z.string(),
});
export type Assessment = z.infer<typeof assessmentSchema>;

export const choiceSchema = z.strictObject({
  engine: z.string(),
  candidates: z.array(candidateSchema).min(1),
  /** Index into `candidates`. */
  chosen: z.int().min(0),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  reason: z.string(),
  assessment: assessmentSchema,
  /** Seed of the draw, so that it can be repeated. */
  seed: z.string(),
  /** Notes that it rests on, each with why. */
  notes: z.array(z.strictObject({ note: z.string(), why: z.string() })).optional(),
  /** The approved text whose wording the draft has. */
  example: z.string().optional(),
});
export type Choice = z.infer<typeof choiceSchema>;
