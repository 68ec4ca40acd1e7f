/** Accounts, contacts and their events as they come in and leave. */
import { z } from 'zod';

import { accountFactsSchema, contactFactsSchema } from '../../domain/entity.ts';
import type { AccountView, ContactView, EventView } from '../services.port.ts';
import { anyJsonSchema, isoTimeSchema } from './common.ts';

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
