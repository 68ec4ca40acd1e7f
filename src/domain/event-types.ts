/**
 * Everything that can happen, one row per event type: which actors it belongs to and the shape of its data. Data holds opaque
 * references, never names, addresses or message text: those are sealed beside it. Machines read these events, so state can be
 * derived from them again after personal data is gone.
 */
import { z } from 'zod';

import { actionTypeSchema, channelSchema, riskClassSchema } from './action-types.ts';
import { authoritySchema } from './authority.ts';
import { analysisSchema, brainSchema } from './brain.ts';
import { CADENCE_TYPES, SEQUENCE_ENDS, SEQUENCE_TYPES, SUPPRESSED_REASONS, TOUCH_RESULTS } from './cadence.ts';
import { dimensionsSchema } from './entity.ts';
import { accountEventFactsSchema, contactEventFactsSchema } from './event-facts.ts';
import { checkResultSchema, HOLD_QUEUES } from './gate.ts';
import { guardKeySchema, guardStateSchema, intoSchema } from './guard.ts';
import { ALIAS_KINDS, carriedSchema, rememberedDecisionSchema } from './identity.ts';
import { laneSchema } from './lane.ts';
import { lawfulBasisSchema, purposeSchema } from './lawful-basis.ts';
import { CLOCKS, modeSchema } from './mode.ts';
import { moneySchema } from './money.ts';
import { noteRecordSchema } from './note.ts';
import { outcomeTypeSchema } from './outcome-types.ts';
import { givenEvidenceSchema, LINK_STATUSES, outcomeChangesSchema, outcomeLinkSchema } from './outcome.ts';
import { PAUSE_SCOPES } from './pause.ts';
import {
  PLAY_APPROVERS,
  PLAY_FIELDS,
  PLAY_SCOPES,
  playContentSchema,
  playWorkedSchema,
  RETIRE_REASONS,
  retrospectiveSchema,
} from './play.ts';
import { policyProposedSchema } from './policy-proposal.ts';
import { TRIAGE_REASONS } from './reason-codes.ts';
import type { TriageReason } from './reason-codes.ts';
import { SENDER_LEVELS } from './sender-health.ts';
import { DIRECTIONS, signalTypeSchema } from './signal-types.ts';
import { syncSourceSchema } from './sync.ts';
import { evidenceSchema } from './trust.ts';

export const ACTOR_KINDS = ['tenant', 'account', 'lead', 'action', 'trust', 'play', 'sequence'] as const;
export const actorKindSchema = z.enum(ACTOR_KINDS);
export type ActorKind = z.infer<typeof actorKindSchema>;

const instant = z.number();
const by = z.string();
const reasonText = z.string().max(2_000);
const triageReasons = Object.keys(TRIAGE_REASONS) as [TriageReason, ...TriageReason[]];

export type { AccountEventFacts, ContactEventFacts } from './event-facts.ts';

const signalReceived = z.strictObject({
  signal_type: signalTypeSchema,
  lane: laneSchema,
  /** 0 to 100. */
  strength: z.number(),
  occurred_at: instant,
  history: z.boolean(),
  account_facts: accountEventFactsSchema.optional(),
  contact_facts: contactEventFactsSchema.optional(),
  opportunity_stage: z.string().optional(),
  /** Which one, as a digest; absent when the sender named none. */
  opportunity: z.string().optional(),
  /** A conversation that somebody had elsewhere: it counts as a touch or as a reply. */
  conversation: z.strictObject({ channel: channelSchema, direction: z.enum(DIRECTIONS) }).optional(),
  dimensions: dimensionsSchema.optional(),
  account: z.string().nullable(),
  originating_proposal_id: z.string().nullable(),
});

/** What every evaluation by the gate leaves behind: enough to run it again and to check that its facts were true. */
export const admissionSchema = z.strictObject({
  verdict_hash: z.string(),
  /** Checks that did not pass. */
  reasons: z.array(checkResultSchema),
  /** Hash of the snapshot part that holds the request and the facts. */
  snapshot: z.string(),
  policy: z.string(),
  gate_version: z.int(),
  guard_versions: z.record(z.string(), z.int()),
  registry_version: z.int(),
  trust_version: z.int(),
  /** Keys under which suppressions were looked up; empty when the tenant had none in force. */
  suppression_keys: z.array(z.string()),
});
export type Admission = z.infer<typeof admissionSchema>;

const actionProposed = z.strictObject({
  decision: z.string(),
  action_type: actionTypeSchema,
  channel: channelSchema,
  risk_class: riskClassSchema,
  lane: laneSchema,
  proposer: z.string(),
  engine: z.string(),
  account: z.string().nullable(),
  person: z.string().nullable(),
  domain: z.string().nullable(),
  fingerprint: z.string(),
  confidence: z.number().nullable(),
  sender: z.string(),
  attributes: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  originating_proposal_id: z.string().nullable(),
});

/**
 * What a scheduled action waits for beside the rules of the gate: `undo`, the time in which an approval can be taken back; `veto`, the time in which people may stop
 * what nobody had to approve; `capacity`, the next day on which reviewers have time for it; `pause`, the end of a pause.
 */
export const WAITS = ['undo', 'veto', 'capacity', 'pause'] as const;
export type Wait = (typeof WAITS)[number];

/** What the log has of each touch from the moment at which the coordinator first took it up. */
const registered = {
  /** Its place in the sequence, from 1. */
  step: z.int().min(1),
  channel: channelSchema,
  /** The score of the person at that moment, which never changes for this touch; null for one without a score. */
  priority_score_at_queue: z.number().nullable(),
};

const byKind = z.enum(['person', 'agent', 'system']);

export const REVIEW_DECISIONS = ['approve', 'edit', 'reject', 'cancel'] as const;

/** Who said how an attempt ended whose channel could not. */
const settledSchema = z.strictObject({ by, reason: reasonText });

const spec = <Shape extends z.ZodType>(actors: readonly ActorKind[], title: string, data: Shape, version = 1) => ({
  actors,
  title,
  data,
  version,
});

export const EVENT_TYPES = {
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
      counts: z.record(z.enum(['execution', 'tokens', 'api.call', 'storage']), z.number()),
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

  'signal.received': spec(['account', 'lead'], 'A signal arrived', signalReceived),
  'signal.observed': spec(['account'], 'A person at the account gave a signal', signalReceived),
  'signal.triaged': spec(
    ['account', 'lead'],
    'A signal was triaged',
    z.strictObject({
      verdict: z.enum(['act', 'later', 'none']),
      reason: z.enum(triageReasons),
      trigger: z.enum(['signal', 'retriage']),
      intent: z.number(),
      again_at: instant.nullable(),
    }),
  ),
  'retriage.due': spec(['account', 'lead'], 'The time to look again came', z.strictObject({ due_at: instant })),
  'decision.made': spec(
    ['account', 'lead'],
    'A decision was made',
    z.strictObject({
      decision: z.string(),
      action: z.string().nullable(),
      choice: z.string(),
      engine: z.string(),
      action_type: z.string(),
      confidence: z.number().nullable(),
      cell: z.string().nullable(),
      /** The sequence of touches and the play that it belongs to, where the proposer named them. */
      sequence: z.string().optional(),
      play: z.string().optional(),
      /** Notes that the engine was shown, and why it rests on them; null for one that made no difference. */
      notes: z.array(z.strictObject({ note: z.string(), why: z.string().nullable() })).optional(),
      /** Approved texts that the engine was shown. */
      examples: z.array(z.string()).optional(),
      /** The one of them whose wording the draft has. */
      example: z.string().optional(),
    }),
  ),
  'profile.updated': spec(
    ['account', 'lead'],
    'What is known about an account or person changed',
    z.strictObject({
      account_facts: accountEventFactsSchema.optional(),
      contact_facts: contactEventFactsSchema.optional(),
      dimensions: dimensionsSchema.optional(),
      account: z.string().nullable(),
      by,
    }),
  ),
  'touch.recorded': spec(
    ['account', 'lead'],
    'A touch made elsewhere was recorded',
    z.strictObject({
      channel: channelSchema,
      occurred_at: instant,
      source: z.string(),
      /** One on the same channel within this length of time is the same touch, told by somebody else. */
      same_within_ms: z.int().optional(),
    }),
  ),
  'basis.recorded': spec(
    ['lead'],
    'On what messages of one purpose rest was recorded, or withdrawn',
    z.strictObject({ purpose: purposeSchema, basis: lawfulBasisSchema, by }),
  ),
  'bounce.cleared': spec(
    ['lead'],
    'An address that had bounced was corrected',
    z.strictObject({ by, reason: reasonText }),
  ),
  'outcome.recorded': spec(
    ['account', 'lead'],
    'An outcome arrived',
    z.strictObject({
      outcome: z.string(),
      outcome_type: outcomeTypeSchema,
      occurred_at: instant,
      amount: moneySchema.nullable(),
      history: z.boolean(),
      window_ms: z.number().nullable(),
      decision_hint: z.string().nullable(),
      dimensions: dimensionsSchema.optional(),
      /** The state of the subject follows from all its outcomes that stand. Events without it moved the state on by themselves. */
      standing: z.literal(true).optional(),
    }),
  ),
  'outcome.corrected': spec(
    ['account', 'lead'],
    'An outcome was corrected',
    z.strictObject({
      outcome: z.string(),
      changes: outcomeChangesSchema,
      /** When it was known to be so. Of two corrections of one member the later holds, whichever comes first. */
      known_at: instant,
      /** Decides between corrections of the same moment. */
      act: z.string(),
      by,
      reason: reasonText,
    }),
  ),
  'outcome.retracted': spec(
    ['account', 'lead'],
    'An outcome was taken back',
    z.strictObject({ outcome: z.string(), by, reason: reasonText }),
  ),
  'outcome.linked': spec(
    ['account', 'lead'],
    'An outcome was linked to a decision, or could not be',
    z.strictObject({
      outcome: z.string(),
      outcome_type: outcomeTypeSchema,
      status: z.enum(LINK_STATUSES),
      decision: z.string().nullable(),
      action: z.string().nullable(),
      cell: z.string().nullable(),
      window_ms: z.number(),
      /** The whole link with the evidence that trust is given for it, and the decision and evidence of the link that it replaces. */
      link: outcomeLinkSchema.optional(),
      replaced: z
        .strictObject({ decision: z.string().nullable(), evidence: givenEvidenceSchema.nullable() })
        .nullable()
        .optional(),
    }),
  ),
  'subject.objected': spec(['lead'], 'A person objected to being pursued', z.strictObject({ by, reason: reasonText })),
  'subject.erased': spec(['lead'], 'What was known of a person was erased', z.strictObject({ by, reason: reasonText })),
  'subject.held': spec(['lead'], 'A legal hold was put on a person', z.strictObject({ by, reason: reasonText })),
  'subject.released': spec(['lead'], 'A legal hold was lifted', z.strictObject({ by, reason: reasonText })),
  'subject.erasure_refused': spec(
    ['lead'],
    'An erasure was refused because of a legal hold',
    z.strictObject({ by, reason: reasonText }),
  ),
  'effect.recovered': spec(
    ['account', 'lead'],
    'An effect of after the backup was found in a journal',
    z.strictObject({
      permit: z.string(),
      action_type: actionTypeSchema,
      channel: channelSchema,
      fingerprint: z.string(),
      occurred_at: instant,
      /** `uncertain`: it was begun, and nobody knows how it ended. It counts as having happened. */
      result: z.enum(['sent', 'uncertain']),
      receipt: z.string().nullable(),
    }),
  ),
  'ownership.taken': spec(
    ['account', 'lead'],
    'A person took over',
    z.strictObject({
      owner: z.string(),
      until: instant,
      by,
      /** Another person's lock is taken only by saying so. */
      takeover: z.boolean().optional(),
      reason: reasonText.optional(),
    }),
  ),
  'ownership.released': spec(
    ['account', 'lead'],
    'Ownership was released',
    z.strictObject({ by, takeover: z.boolean().optional(), reason: reasonText.optional() }),
  ),
  'ownership.refused': spec(
    ['account', 'lead'],
    'Another person owns it and was not overruled',
    z.strictObject({ wanted: z.enum(['take', 'release']), held_by: z.string(), until: instant, by }),
  ),

  'note.recorded': spec(['account', 'lead'], 'A note was recorded', noteRecordSchema),
  'note.verified': spec(
    ['account', 'lead'],
    'A note was found to hold still',
    z.strictObject({
      note: z.string(),
      /** Subject and predicate of a single-valued fact, as with the note. */
      slot: z.string().nullable(),
      verified_at: instant,
      by,
      reason: reasonText.nullable(),
    }),
  ),
  'note.retracted': spec(
    ['account', 'lead'],
    'A note was taken back',
    z.strictObject({ note: z.string(), slot: z.string().nullable(), by, reason: reasonText }),
  ),
  'identity.merged': spec(
    ['account', 'lead'],
    'An account or person was merged into another',
    z.strictObject({ into: intoSchema, by, reason: reasonText }),
  ),
  'identity.joined': spec(
    ['account', 'lead'],
    'Another account or person came in by a merge',
    z.strictObject({ merge: z.string(), absorbed: z.string(), carried: carriedSchema }),
  ),
  'identity.split': spec(
    ['account', 'lead'],
    'A merge was taken back',
    z.strictObject({ merge: z.string(), by, reason: reasonText }),
  ),
  'identity.parted': spec(
    ['account', 'lead'],
    'One that had come in by a merge left again',
    z.strictObject({ merge: z.string(), absorbed: z.string(), scope: z.string(), since: instant }),
  ),
  'identity.restored': spec(
    ['account', 'lead'],
    'What was decided while both were one came back with the split',
    z.strictObject({ merge: z.string(), decisions: z.array(rememberedDecisionSchema) }),
  ),
  'identity.reparented': spec(
    ['lead'],
    'A person was moved to another account',
    z.strictObject({
      act: z.string(),
      account: z.string().nullable(),
      /** The act that this one takes back. */
      reverses: z.string().nullable(),
      by,
      reason: reasonText,
    }),
  ),
  'identity.forwarded': spec(
    ['account', 'lead'],
    'A message was passed on to the one that this was merged into',
    z.strictObject({ message_type: z.string(), source: z.string(), id: z.string(), to: z.string() }),
  ),
  'identity.refused': spec(
    ['account', 'lead'],
    'An act on identities came too late to be possible',
    z.strictObject({ act: z.string(), reason: reasonText }),
  ),
  'identity.alias_added': spec(
    ['account', 'lead'],
    'A further name was added',
    z.strictObject({ alias_kind: z.enum(ALIAS_KINDS), alias: z.string(), by, reason: reasonText }),
  ),
  'identity.alias_removed': spec(
    ['account', 'lead'],
    'A further name was taken away',
    z.strictObject({ alias_kind: z.enum(ALIAS_KINDS), alias: z.string(), by, reason: reasonText }),
  ),
  'identity.dismissed': spec(
    ['account', 'lead'],
    'Somebody said that two are not the same',
    z.strictObject({ other: z.string(), evidence: z.string(), by, reason: reasonText }),
  ),

  'action.proposed': spec(['action'], 'An action was proposed', actionProposed),
  'action.passed': spec(
    ['action'],
    'The gate passed an action',
    z.strictObject({
      admission: admissionSchema,
      permit: z.string(),
      expires_at: instant,
    }),
  ),
  'action.shadowed': spec(
    ['action'],
    'The gate would have passed an action',
    z.strictObject({ admission: admissionSchema }),
  ),
  'action.scheduled': spec(
    ['action'],
    'The gate put an action off',
    z.strictObject({
      admission: admissionSchema,
      due_at: instant,
      /** Left out when rules of the gate put it off. */
      waits: z.enum(WAITS).optional(),
    }),
  ),
  'action.held': spec(
    ['action'],
    'The gate held an action',
    z.strictObject({
      admission: admissionSchema,
      queue: z.enum(HOLD_QUEUES),
      review: z.string(),
      expires_at: instant,
      /** When a person should have decided. */
      review_due_at: instant.optional(),
      /** How many different people have to approve it; one when it is left out. */
      approvals_needed: z.int().min(1).optional(),
    }),
  ),
  'action.snoozed': spec(
    ['action'],
    'A held action was put aside for a while',
    z.strictObject({ review: z.string(), until: instant, by, reason: reasonText.nullable() }),
  ),
  'action.assigned': spec(
    ['action'],
    'A held action was given to somebody to decide',
    z.strictObject({ review: z.string(), to: z.string().nullable(), by, reason: reasonText.nullable() }),
  ),
  'action.undone': spec(
    ['action'],
    'A person took an approval back in time',
    z.strictObject({ review: z.string(), expires_at: instant, by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.moved': spec(
    ['action'],
    'A person moved a scheduled action to another time',
    z.strictObject({ due_at: instant, by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.hastened': spec(
    ['action'],
    'A person sent a scheduled action to the gate at once',
    z.strictObject({ by, by_kind: byKind, reason: reasonText.nullable() }),
  ),
  'action.denied': spec(['action'], 'The gate denied an action', z.strictObject({ admission: admissionSchema })),
  'action.due': spec(['action'], 'A scheduled action came due', z.strictObject({ due_at: instant })),
  'action.called': spec(
    ['action'],
    'What the action waited for has ended',
    z.strictObject({ because: z.literal('ownership') }),
  ),
  'action.reviewed': spec(
    ['action'],
    'A person decided a held action',
    z.strictObject({
      decision: z.enum(REVIEW_DECISIONS),
      by,
      by_kind: byKind,
      fingerprint: z.string(),
      reason: z.string().nullable(),
      /** Fingerprint of the edited content and the share of text that was edited, 0 to 1. */
      edited_fingerprint: z.string().nullable(),
      edited_share: z.number(),
      /** Digest of the approved text, where its words name nobody and later drafts may learn from it. */
      example: z.string().optional(),
    }),
  ),
  'action.executed': spec(
    ['action'],
    'An action was executed',
    z.strictObject({
      permit: z.string(),
      receipt: z.string(),
      mode: modeSchema,
      executed_at: instant,
      settled: settledSchema.optional(),
    }),
  ),
  'action.failed': spec(
    ['action'],
    'An action failed for good',
    z.strictObject({ permit: z.string(), code: z.string(), detail: z.string(), settled: settledSchema.optional() }),
  ),
  'action.uncertain': spec(
    ['action'],
    'It is not known whether an action was executed',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.resumed': spec(
    ['action'],
    'An action was certainly not executed and goes on',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.returned': spec(
    ['action'],
    'A permit was given back, because it is not the hour to use it',
    z.strictObject({ permit: z.string(), detail: z.string() }),
  ),
  'action.expired': spec(
    ['action'],
    'A permit or a review expired',
    z.strictObject({ what: z.enum(['permit', 'review']), id: z.string() }),
  ),

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

  'brain.analysis_logged': spec(['tenant'], 'A brain logged what it found', analysisSchema),
  'play.proposed': spec(
    ['play'],
    'A brain drafted a play',
    z.strictObject({
      scope: z.enum(PLAY_SCOPES),
      segment: z.string().nullable(),
      account: z.string().nullable(),
      brain: brainSchema,
      originating_proposal_id: z.string(),
      content: playContentSchema,
      by,
    }),
  ),
  'play.picked_up': spec(['play'], 'A person took up a draft to work it out', z.strictObject({ by })),
  'play.edited': spec(
    ['play'],
    'A person changed a play under review',
    z.strictObject({
      by,
      /** The revision that was read. */
      revision: z.int(),
      fields: z.array(z.enum(PLAY_FIELDS)),
      before: playWorkedSchema,
      after: playWorkedSchema,
      /** How far the play is from what the brain drafted, as a share of its text. */
      edited_share: z.number(),
    }),
  ),
  'play.approved': spec(
    ['play'],
    'A play was approved for one of the two authorities',
    z.strictObject({ by, authority: z.enum(PLAY_APPROVERS), revision: z.int() }),
  ),
  'play.activated': spec(['play'], 'A play became active', z.strictObject({ active_period_start: z.string() })),
  'play.refused': spec(
    ['play'],
    'An act on a play came when it was not possible',
    z.strictObject({ act: z.string(), by: z.string().nullable(), detail: reasonText }),
  ),
  'play.sunset_due': spec(['play'], 'The end date of a play is over', z.strictObject({ due_at: instant })),
  'play.retired': spec(
    ['play'],
    'A play ended',
    z.strictObject({ by: z.string().nullable(), retire_reason: z.enum(RETIRE_REASONS), note: reasonText.nullable() }),
  ),
  'play.purged': spec(['play'], 'A play that was kept long enough was deleted', z.strictObject({ by: z.string() })),
  'play.measured': spec(
    ['play'],
    'What a play brought in a quarter was recorded',
    z.strictObject({ by, outcomes: retrospectiveSchema }),
  ),

  'play.sequence_suppressed': spec(
    ['play'],
    'The ABM backstop stopped a touch of a play, and its originator is told',
    z.strictObject({
      originating_proposal_id: z.string(),
      sequence: z.string(),
      account: z.string().nullable(),
      step: z.int(),
      suppressed_reason: z.enum(SUPPRESSED_REASONS),
    }),
  ),
  'sequence.started': spec(
    ['sequence'],
    'A sequence of touches began under a play',
    z.strictObject({
      play: z.string(),
      originating_proposal_id: z.string(),
      /** Where the play lives. */
      play_scope: z.string(),
      segment: z.string().nullable(),
      person: z.string(),
      account: z.string().nullable(),
      cadence_type: z.enum(CADENCE_TYPES),
      sequence_type: z.enum(SEQUENCE_TYPES),
      steps: z.array(z.strictObject({ day: z.int().min(0), channel: channelSchema, purpose: z.string() })).min(1),
      active_period_start: z.string(),
      active_period_end: z.string().nullable(),
    }),
  ),
  'sequence.refused': spec(
    ['sequence'],
    'A sequence could not begin',
    z.strictObject({ play: z.string(), detail: reasonText }),
  ),
  'sequence.step_due': spec(['sequence'], 'The next touch of a sequence is due', z.strictObject({ due_at: instant })),
  'sequence.touch_proposed': spec(
    ['sequence'],
    'The coordinator proposed a touch',
    z.strictObject({ ...registered, action: z.string(), decision: z.string() }),
  ),
  'sequence.touch_suppressed': spec(
    ['sequence'],
    'The coordinator held a touch back',
    z.strictObject({
      ...registered,
      suppressed_reason: z.enum(SUPPRESSED_REASONS),
      /** Reasons of the gate behind it. */
      reasons: z.array(z.string()),
      again_at: instant,
    }),
  ),
  'sequence.touch_ended': spec(
    ['sequence'],
    'The action of a touch ended',
    z.strictObject({
      action: z.string(),
      result: z.enum(TOUCH_RESULTS),
      ended_at: instant,
      /** In which a touch was made; null for one that was not. */
      mode: modeSchema.nullable(),
    }),
  ),
  'sequence.stopped': spec(
    ['sequence'],
    'The person of a sequence answered or wants no more contact',
    z.strictObject({ because: z.enum(['replied', 'opted_out']), since: instant }),
  ),
  'sequence.ended': spec(
    ['sequence'],
    'The coordinator ended a sequence',
    z.strictObject({ because: z.enum(SEQUENCE_ENDS), reasons: z.array(z.string()) }),
  ),

  'message.resolved': spec(
    ACTOR_KINDS,
    'Somebody decided about a message that could not be processed',
    z.strictObject({
      source: z.string(),
      id: z.string(),
      decision: z.enum(['retry', 'edit', 'skip']),
      /** The data that the message has from now on, when it was edited. */
      data: z.record(z.string(), z.json()).nullable(),
      by,
      reason: reasonText,
    }),
  ),
  'state.reverted': spec(
    ACTOR_KINDS,
    'An undone import put a state back',
    z.strictObject({
      import: z.string(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }).nullable(),
      /** Guards that go back with it, to the state before the import. */
      guards: z.array(z.strictObject({ key: guardKeySchema, state: guardStateSchema })),
    }),
  ),
  'state.restored': spec(
    ['account', 'lead'],
    'A state went back to what it was at a checkpoint',
    z.strictObject({
      checkpoint: z.string(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }),
      by,
    }),
  ),
  'state.migrated': spec(
    ACTOR_KINDS,
    'A state was brought to a newer machine version',
    z.strictObject({
      from: z.int(),
      to: z.int(),
      state: z.strictObject({ value: z.string(), context: z.unknown() }),
    }),
  ),
} as const;

export type EventType = keyof typeof EVENT_TYPES;
export const EVENT_TYPE_NAMES = Object.keys(EVENT_TYPES) as [EventType, ...EventType[]];
export type EventData<Type extends EventType> = z.infer<(typeof EVENT_TYPES)[Type]['data']>;

/** What a machine receives. `seq` is the event's position in its partition. */
export type MachineEvent = {
  [Type in EventType]: {
    readonly type: Type;
    readonly at: number;
    readonly seq: number;
    readonly data: EventData<Type>;
  };
}[EventType];
