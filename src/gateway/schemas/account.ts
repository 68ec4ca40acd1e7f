/** Accounts, contacts and their events as they come in and leave. */
import { z } from 'zod';

import { accountFactsSchema, contactFactsSchema } from '../../domain/entity.ts';
import { actorKindSchema } from '../../domain/event-types.ts';
import { guardStateSchema } from '../../domain/guard.ts';
import { parseRfc3339 } from '../rfc3339.ts';
import type { AccountView, ContactView, EventView, KnownStateView } from '../services.port.ts';
import { anyJsonSchema, anyObjectSchema, isoTimeSchema, subjectSchema } from './common.ts';

export const accountFactsBody = accountFactsSchema.meta({
  id: 'AccountFacts',
  description:
    'What is known about a company. A member that is missing is a data gap; those that are there replace what was known.',
  examples: [
    {
      name: 'Acme GmbH',
      domain: 'acme.com',
      employees: 230,
      vertical: 'SaaS',
      country: 'DE',
      relations: { customer: false },
    },
  ],
});

export const contactFactsBody = contactFactsSchema.meta({
  id: 'ContactFacts',
  description: 'What is known about a person. `email`, `name` and `title` are sealed on the way in.',
  examples: [
    {
      email: 'maria@acme.com',
      persona: 'economic_buyer',
      country: 'DE',
      time_zone: 'Europe/Berlin',
      consent: { basis: 'legitimate_interest', source: 'trade fair' },
      account: 'acme',
    },
  ],
});

export const accountViewSchema = z
  .object({
    id: z.string(),
    external_id: z.string(),
    facts: accountFactsSchema,
    state: z.string().nullable(),
    created_at: isoTimeSchema,
    updated_at: isoTimeSchema,
  })
  .meta({ id: 'Account' }) satisfies z.ZodType<AccountView>;

export const contactViewSchema = z
  .object({
    id: z.string(),
    external_id: z.string(),
    account: z.string().nullable(),
    facts: contactFactsSchema,
    state: z.string().nullable(),
    created_at: isoTimeSchema,
    updated_at: isoTimeSchema,
  })
  .meta({ id: 'Contact' }) satisfies z.ZodType<ContactView>;

export const eventViewSchema = z
  .object({
    id: z.string(),
    type: z.string(),
    at: isoTimeSchema,
    actor: z.string(),
    correlation: z.string(),
    causation: z.string().nullable(),
    data: anyJsonSchema,
    payload_text: z
      .string()
      .nullable()
      .describe('What was sent, byte for byte, when the caller may read it and it was not erased.'),
  })
  .meta({ id: 'LedgerEvent' }) satisfies z.ZodType<EventView>;

export const knownStateSchema = z
  .object({
    subject: z.string(),
    id: z.string(),
    as_of: isoTimeSchema,
    clock: z
      .enum(['real', 'virtual'])
      .describe('Whose time `as_of` is: that of the database or, in a tenant that is simulated, its own.'),
    events: z.int().describe('How many events had been recorded by then.'),
    last_event: z.string().nullable(),
    actors: z.array(
      z.object({
        kind: actorKindSchema,
        id: z.string(),
        state: z.string(),
        context: anyObjectSchema,
        events: z.int(),
        changed_at: isoTimeSchema,
      }),
    ),
    guards: z
      .array(z.object({ key: z.string(), version: z.int(), state: guardStateSchema }))
      .describe('What the gate knew, without domains and budgets, which several accounts share.'),
  })
  .meta({ id: 'KnownState' }) satisfies z.ZodType<KnownStateView>;

/** A point in time, as milliseconds for the services. */
export const asOfSchema = z
  .string()
  .refine((text) => parseRfc3339(text) !== null, 'must be an RFC 3339 timestamp such as 2026-11-21T10:00:00Z')
  .describe(
    'What was known at this time: what had been recorded by then. In a tenant that is simulated it is the simulated time.',
  );
export const asOfQuerySchema = z.strictObject({ as_of: asOfSchema.optional() });
export const knownStateQuerySchema = z.strictObject({ subject: subjectSchema, as_of: asOfSchema });
