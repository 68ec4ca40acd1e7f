/** Kill switch, modes, policy, suppressions and keys. */
import { z } from 'zod';

import { channelSchema } from '../../domain/action-types.ts';
import { authoritySchema, roleSchema } from '../../domain/authority.ts';
import { brainSchema } from '../../domain/brain.ts';
import { modeSchema } from '../../domain/mode.ts';
import { DEFAULT_POLICY, policySchema } from '../../domain/policy.ts';
import { labelSchema } from '../../domain/text.ts';
import { isoTimeSchema, reasonSchema } from './common.ts';

export const killSwitchSchema = z
  .strictObject({
    engaged: z
      .boolean()
      .describe('True stops everything that would leave; false releases it, which only an admin may.'),
    reason: reasonSchema,
  })
  .meta({ id: 'KillSwitch', examples: [{ engaged: true, reason: 'Wrong template went out.' }] });

export const killSwitchSetSchema = z
  .object({ engaged: z.boolean(), since: isoTimeSchema })
  .meta({ id: 'KillSwitchState' });

export const modeBodySchema = z
  .strictObject({
    mode: modeSchema,
    channel: channelSchema.nullish().describe('One channel only; the whole tenant if it is left out.'),
    reason: reasonSchema,
  })
  .meta({
    id: 'Mode',
    examples: [{ mode: 'shadow', channel: 'email', reason: 'Two weeks of comparison before we go live.' }],
  });

export const modeSetSchema = z.object({ mode: z.string() }).meta({ id: 'ModeState' });

export const policyBodySchema = policySchema.meta({
  id: 'Policy',
  description: 'The whole policy. Members that are not known are refused.',
  examples: [DEFAULT_POLICY],
});

export const policyViewSchema = z.object({ hash: z.string(), policy: policySchema }).meta({ id: 'PolicyInForce' });
export const policyAppliedSchema = z.object({ hash: z.string() }).meta({ id: 'PolicyApplied' });

export const newKeySchema = z
  .strictObject({
    label: labelSchema().describe('Who or what will use it.'),
    role: roleSchema,
    kind: z.enum(['person', 'agent', 'brain']).describe('Only a person can approve an action or a play.'),
    authorities: z
      .array(authoritySchema)
      .max(10)
      .optional()
      .describe('What the person may decide in the business, such as SLM or RevOps.'),
    brain: brainSchema.optional().describe('Which brain it is: for the kind and role `brain`, and only for it.'),
  })
  .refine(
    ({ kind, role, brain }) =>
      (kind === 'brain') === (brain !== undefined) && (kind === 'brain') === (role === 'brain'),
    {
      path: ['brain'],
      message: 'the kind brain, the role brain and the name of the brain go together',
    },
  )
  .refine(({ kind, authorities = [] }) => kind === 'person' || authorities.length === 0, {
    path: ['authorities'],
    message: 'only a person has authorities',
  })
  .meta({ id: 'NewKey', examples: [{ label: 'HubSpot connector', role: 'operator', kind: 'agent' }] });

export const createdKeySchema = z
  .object({ id: z.string(), key: z.string().describe('Shown this once.') })
  .meta({ id: 'CreatedKey' });
