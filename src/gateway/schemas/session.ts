/** Sign-in links and sessions. */
import { z } from 'zod';

import { AUTHORITIES, authoritySchema, roleSchema } from '../../domain/authority.ts';
import { labelSchema } from '../../domain/text.ts';
import type { SessionView } from '../session.port.ts';
import { isoTimeSchema } from './common.ts';

export const newSignInLinkSchema = z
  .strictObject({
    name: labelSchema().describe('Whom it signs in: `person:<name>` on the ledger, at every sign-in.'),
    role: roleSchema.exclude(['agent', 'brain']).describe('What the session may do.'),
    authorities: z
      .array(authoritySchema)
      .max(AUTHORITIES.length)
      .optional()
      .describe('What the person may decide in the business, such as SLM or RevOps.'),
  })
  .meta({ id: 'NewSignInLink', examples: [{ name: 'reviewer-1', role: 'reviewer' }] });

export const signInLinkSchema = z
  .object({
    url: z.string().describe('Opens the console as this person, once.'),
    expires_at: isoTimeSchema,
  })
  .meta({ id: 'SignInLink' });

export const sessionViewSchema = z
  .object({
    identity: z.string(),
    role: roleSchema,
    authorities: z.array(authoritySchema),
    tenant: z.string(),
    expires_at: isoTimeSchema.nullable().describe('Null for a key.'),
  })
  .meta({ id: 'Session' }) satisfies z.ZodType<SessionView>;

export const signInQuerySchema = z.strictObject({
  token: z.string().regex(/^[A-Za-z0-9_-]{16,128}$/, 'must be the token of a link'),
});
