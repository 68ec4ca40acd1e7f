/** The shape of every error answer. Source: RFC 9457. */
import { z } from 'zod';

import { ERRORS } from '../../domain/errors.ts';
import type { ErrorCode } from '../../domain/errors.ts';
import { checkSchema } from './common.ts';

export const problemSchema = z
  .object({
    type: z
      .string()
      .describe('`/problems/<code>`: resolves on this server. `about:blank` where HTTP itself names the problem.'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string().describe('`urn:uuid:<id>` of this request; the log has the same id.'),
    errors: z
      .array(z.object({ pointer: z.string().describe('JSON pointer into the body.'), detail: z.string() }))
      .optional()
      .describe('Each fault, and where it is.'),
    reasons: z.array(checkSchema).optional().describe('The checks of the gate that led here.'),
  })
  .meta({
    id: 'Problem',
    examples: [
      {
        type: '/problems/invalid_request',
        title: ERRORS.invalid_request.title,
        status: 400,
        detail: '/3/data/score: Invalid input: expected number, received string',
        instance: 'urn:uuid:5d6c5f0e-3a41-4a0e-9d0f-8f1f7a6e1b52',
        errors: [{ pointer: '/3/data/score', detail: 'Invalid input: expected number, received string' }],
      },
    ],
  });

const errorCodes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

export const problemHelpSchema = z
  .object({ code: z.enum(errorCodes), status: z.int(), title: z.string(), description: z.string() })
  .meta({ id: 'ProblemHelp' });
