/** Generations of the key that wraps the keys of people. */
import { z } from 'zod';

import type { KeyGenerationsView, KeyRotationView } from '../key-generations.port.ts';
import { isoTimeSchema } from './common.ts';

const toDo = z.string().nullable().describe('What an operator has to do so that it is whole; null when nothing.');

export const keyGenerationsSchema = z
  .object({
    managed_by: z.enum(['environment', 'files']),
    generations: z.array(
      z.object({
        number: z.int(),
        id: z.string().describe('By which the key is recognised where it is kept.'),
        state: z
          .enum(['made', 'active', 'retired', 'empty', 'destroyed'])
          .describe('`empty`: nothing is wrapped with it, and somebody still has it.'),
        made_at: isoTimeSchema,
        destroyed_at: isoTimeSchema.nullable(),
        people: z.int().describe('Whose keys are wrapped with it in the database.'),
        here: z.string().nullable().describe('Where the host that answers has it.'),
      }),
    ),
    to_do: toDo,
  })
  .meta({ id: 'KeyGenerations' }) satisfies z.ZodType<KeyGenerationsView>;

export const keyRotationSchema = z
  .object({
    generation: z.int(),
    id: z.string(),
    done: z.boolean().describe('False when time ran out; the same request goes on.'),
    people: z.int().describe('Whose keys are wrapped with the new generation.'),
    left: z.int().describe('Whose are not yet.'),
    milliseconds: z.int(),
    backups: z.array(
      z.object({
        folder: z.string(),
        result: z
          .enum(['rewrapped', 'unchanged', 'unreadable'])
          .describe('`unreadable`: its keys were destroyed before.'),
        people: z.int(),
        left_out: z.int().describe('People who were erased since it was taken.'),
      }),
    ),
    to_do: toDo,
  })
  .meta({ id: 'KeyRotation' }) satisfies z.ZodType<KeyRotationView>;

export const keyRotationRequestSchema = z
  .strictObject({
    backups: z
      .string()
      .min(1)
      .max(1_000)
      .optional()
      .describe('A folder on the machine of the server with backups whose keys are wrapped anew too.'),
  })
  .meta({ id: 'KeyRotationRequest', examples: [{ backups: '/backups' }] });
