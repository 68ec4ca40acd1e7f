/** What happens to accounts and people: signals, decisions, touches, outcomes, rights, ownership and notes. */
import { z } from 'zod';

import { actionTypeSchema, channelSchema } from '../action-types.ts';
import { dimensionsSchema } from '../entity.ts';
import { accountEventFactsSchema, contactEventFactsSchema } from '../event-facts.ts';
import { laneSchema } from '../lane.ts';
import { lawfulBasisSchema, purposeSchema } from '../lawful-basis.ts';
import { moneySchema } from '../money.ts';
import { noteRecordSchema } from '../note.ts';
import { outcomeTypeSchema } from '../outcome-types.ts';
import { givenEvidenceSchema, LINK_STATUSES, outcomeChangesSchema, outcomeLinkSchema } from '../outcome.ts';
import { TRIAGE_REASONS } from '../reason-codes.ts';
import type { TriageReason } from '../reason-codes.ts';
import { DIRECTIONS, signalTypeSchema } from '../signal-types.ts';
import { by, instant, reasonText, spec } from './event-parts.ts';

const triageReasons = Object.keys(TRIAGE_REASONS) as [TriageReason, ...TriageReason[]];

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

export const SUBJECT_EVENTS = {
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
      /** Whether its action is a message to a person: such a decision waits for its `decision.executed` before anything can follow from it. */
      message: z.boolean().optional(),
    }),
  ),
  'decision.executed': spec(
    ['account', 'lead'],
    'The action of a decision was executed',
    z.strictObject({ decision: z.string(), action: z.string(), executed_at: instant }),
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
  'timeline.expired': spec(
    ['account', 'lead'],
    'A timeline was kept long enough and emptied',
    z.strictObject({
      /** Days that the policy keeps it. */
      days: z.int(),
      by,
    }),
  ),
} as const;
