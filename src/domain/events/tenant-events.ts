/** What happens to a tenant: its settings, policies, suppressions, senders, imports and meters. */
import { z } from 'zod';

import { channelSchema } from '../action-types.ts';
import { authoritySchema } from '../authority.ts';
import { meterCountsSchema } from '../meter.ts';
import { CLOCKS, modeSchema } from '../mode.ts';
import { PAUSE_SCOPES } from '../pause.ts';
import { policyProposedSchema } from '../policy-proposal.ts';
import { SENDER_LEVELS } from '../sender-health.ts';
import { syncSourceSchema } from '../sync.ts';
import { trustPriorSchema } from '../trust.ts';
import { by, instant, reasonText, spec } from './event-parts.ts';

export const TENANT_EVENTS = {
  'tenant.created': spec(
    ['tenant'],
    'A tenant was created',
    z.strictObject({ clock: z.enum(CLOCKS), mode: modeSchema, policy: z.string() }),
  ),
  'tenant.mode_set': spec(
    ['tenant'],
    'The mode of a tenant or channel was set',
    z.strictObject({
      mode: modeSchema,
      channel: channelSchema.nullable(),
      by,
      reason: reasonText,
    }),
  ),
  'tenant.restored': spec(
    ['tenant'],
    'A restored installation was reconciled and goes on',
    z.strictObject({
      backup_at: instant,
      restored_at: instant,
      /** Whether every effect of after the backup can be known from the journals of the hosts. */
      journal: z.enum(['complete', 'missing']),
      counts: z.record(z.string(), z.int()),
      by,
    }),
  ),
  'ledger.archived': spec(
    ['tenant'],
    'A part of the ledger left the database for an archive',
    z.strictObject({
      /** Digest of its manifest. */
      archive: z.string(),
      number: z.int(),
      before: z.string(),
      events: z.int(),
      by,
    }),
  ),
  'checkpoint.created': spec(
    ['tenant'],
    'A checkpoint was set',
    z.strictObject({
      /** Its name, unique in the tenant. */
      checkpoint: z.string(),
      /** The last event of each partition at that moment, by number of the partition; 0 for one without events. */
      positions: z.array(z.int()),
      by,
    }),
  ),
  'checkpoint.restored': spec(
    ['tenant'],
    'States went back to a checkpoint',
    z.strictObject({ checkpoint: z.string(), counts: z.record(z.string(), z.int()), by }),
  ),
  'tenant.clock_set': spec(['tenant'], 'The clock of a tenant was set', z.strictObject({ clock: z.enum(CLOCKS), by })),
  'tenant.single_operator_set': spec(
    ['tenant'],
    'Single-operator mode was set',
    z.strictObject({ enabled: z.boolean(), by }),
  ),
  'kill_switch.engaged': spec(['tenant'], 'The kill switch was engaged', z.strictObject({ by, reason: reasonText })),
  'kill_switch.released': spec(['tenant'], 'The kill switch was released', z.strictObject({ by, reason: reasonText })),
  'pause.set': spec(
    ['tenant'],
    'A part of the outreach was paused',
    z.strictObject({ pause: z.string(), scope: z.enum(PAUSE_SCOPES), value: z.string(), by, reason: reasonText }),
  ),
  'pause.released': spec(
    ['tenant'],
    'A pause ended',
    z.strictObject({ pause: z.string(), by, reason: reasonText.nullable() }),
  ),
  'policy.applied': spec(
    ['tenant'],
    'A policy came into force',
    z.strictObject({
      policy: z.string(),
      name: z.string(),
      by,
      /** When it was proposed and approved; without it an admin applied it in one step. */
      proposal: z.string().optional(),
    }),
  ),
  'policy.proposed': spec(['tenant'], 'A change of the policy was proposed', policyProposedSchema),
  'policy.approved': spec(
    ['tenant'],
    'A change of the policy was approved',
    z.strictObject({
      proposal: z.string(),
      by,
      authorities: z.array(authoritySchema),
      /** What this approval covers. */
      sections: z.array(z.string()).optional(),
    }),
  ),
  'policy.rejected': spec(
    ['tenant'],
    'A change of the policy was rejected or withdrawn',
    z.strictObject({ proposal: z.string(), by, reason: reasonText }),
  ),
  'policy.refused': spec(
    ['tenant'],
    'An act on a proposed policy was refused',
    z.strictObject({ proposal: z.string(), act: z.enum(['propose', 'approve', 'reject']), by, detail: z.string() }),
  ),
  'policy.due': spec(['tenant'], 'The time of an approved policy has come', z.strictObject({ due_at: instant })),
  'policy.lapsed': spec(
    ['tenant'],
    'An approved policy did not come into force, as another was applied meanwhile',
    z.strictObject({ proposal: z.string(), detail: z.string() }),
  ),
  'pattern.dismissed': spec(
    ['tenant'],
    'A pattern of corrections was dismissed',
    z.strictObject({
      pattern: z.string(),
      /** How many corrections it had then. */
      corrections: z.int().min(1),
      by,
      reason: reasonText,
    }),
  ),
  'retention.applied': spec(
    ['tenant'],
    'What was kept long enough was deleted',
    z.strictObject({
      /** Which has the periods. */
      policy: z.string(),
      /** Rows by class. */
      deleted: z.record(z.string(), z.int()),
      by,
    }),
  ),
  'keys.rotated': spec(
    ['tenant'],
    'A new generation of the master key came into use',
    z.strictObject({
      generation: z.int().min(1),
      /** By which the key is recognised; it does not follow from this. */
      id: z.string(),
      by,
    }),
  ),
  'subject.purged': spec(
    ['tenant'],
    'The bytes of an erased person were taken out of the files',
    z.strictObject({
      /** Opaque id of the person. */
      subject: z.string(),
      /** What was written anew or dropped. */
      places: z.array(z.string()),
      /** The generation that wraps the keys of all others since; null when it could not be replaced. */
      generation: z.int().min(1).nullable(),
      by,
    }),
  ),
  'suppression.added': spec(
    ['tenant'],
    'A suppression was added',
    z.strictObject({
      key: z.string(),
      scope: z.enum(['contact', 'email', 'domain', 'account']),
      reason: reasonText,
      source: z.string(),
      by,
    }),
  ),
  'suppression.removed': spec(
    ['tenant'],
    'A suppression was removed',
    z.strictObject({ key: z.string(), by, reason: reasonText }),
  ),
  'meter.recorded': spec(
    ['tenant'],
    'Usage was metered',
    z.strictObject({
      from: instant,
      to: instant,
      counts: meterCountsSchema,
    }),
  ),
  'sync.reported': spec(
    ['tenant'],
    'A source elsewhere was read up to a moment',
    z.strictObject({ sync: syncSourceSchema, complete_to: instant, by }),
  ),
  'sender.assessed': spec(
    ['tenant'],
    'What became of the messages of a sender was counted, and limits it otherwise than before',
    z.strictObject({
      channel: channelSchema,
      sender: z.string(),
      level: z.enum(SENDER_LEVELS),
      sent: z.int(),
      bounced: z.int(),
      complained: z.int(),
      /** Messages from then to then were counted. */
      since: instant,
      until: instant,
    }),
  ),
  'trust.pooled': spec(
    ['tenant'],
    'What the kinds of action lend each other as a prior of trust was computed anew',
    z.strictObject({
      /** Null when too few of them have evidence left. */
      prior: trustPriorSchema.nullable(),
      /** How many trust cells it comes from. */
      cells: z.int(),
    }),
  ),
  'sender.cleared': spec(
    ['tenant'],
    'A person let a sender begin anew',
    z.strictObject({ channel: channelSchema, sender: z.string(), by, reason: reasonText }),
  ),
  'import.started': spec(['tenant'], 'An import began', z.strictObject({ import: z.string(), mode: z.string(), by })),
  'import.completed': spec(
    ['tenant'],
    'An import ended',
    z.strictObject({ import: z.string(), counts: z.record(z.string(), z.int()) }),
  ),
  'import.undone': spec(
    ['tenant'],
    'An import was undone',
    z.strictObject({ import: z.string(), counts: z.record(z.string(), z.int()), by }),
  ),
} as const;
