/**
 * What the gate would not know if a message to a contact were proposed now. The checks of the gate itself are asked, so whatever a new
 * check wants to know is reported without a change here.
 */
import { ACTION_TYPE_SPECS } from '../domain/action-types.ts';
import type { CheckResult, GateCheck, GateFacts, GateRequest } from '../domain/gate.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { READINESS_ACTIONS } from '../domain/readiness.ts';
import type { Gap, GapCount, ReadinessCounts, ReadinessPurpose } from '../domain/readiness.ts';
import type { GateReason } from '../domain/reason-codes.ts';
import { CHECKS, evaluateChecks } from './gate.ts';
import type { CheckTable } from './gate.ts';

/** These ask about a proposal, its sender or the installation. There is no proposal here, and none of them is a fact of a contact. */
const ABOUT_THE_PROPOSAL: ReadonlySet<GateCheck> = new Set<GateCheck>([
  'kill_switch',
  'authorization',
  'channel',
  'sender_health',
  'budget',
  'tenant_rules',
  'confidence',
  'trust',
]);

const CHECKS_OF_CONTACTS: CheckTable = Object.fromEntries(
  Object.entries(CHECKS).filter(([check]) => !ABOUT_THE_PROPOSAL.has(check as GateCheck)),
);

/** Missing facts whose codes do not end in `_unknown`. A check that failed tells nothing either. */
const OTHER_GAPS: ReadonlySet<GateReason> = new Set<GateReason>([
  'fact_missing',
  'scope_unlinked',
  'sync_stale',
  'gate_error',
]);

export function isGap(reason: GateReason): boolean {
  return reason.endsWith('_unknown') || OTHER_GAPS.has(reason);
}

export interface ReadinessSubject {
  readonly person: string;
  readonly account: string | null;
  readonly domain: string | null;
}

export type Readiness =
  | { readonly kind: 'ready' }
  | { readonly kind: 'refused'; readonly reasons: readonly GateReason[] }
  | { readonly kind: 'held'; readonly gaps: readonly Gap[] };

function requestOf(purpose: ReadinessPurpose, subject: ReadinessSubject, at: Instant): GateRequest {
  const { action, lane } = READINESS_ACTIONS[purpose];
  const { channel, riskClass } = ACTION_TYPE_SPECS[action];
  return {
    action: 'readiness',
    action_type: action,
    channel,
    risk_class: riskClass,
    lane,
    proposer: 'readiness',
    ...subject,
    fingerprint: 'readiness',
    confidence: null,
    sender: 'default',
    approval: null,
    originating_proposal_id: null,
    at,
  };
}

function gapOf({ outcome, code, inputs }: CheckResult): readonly Gap[] {
  if (outcome !== 'hold' || code === null || !isGap(code)) return [];
  const missing = code === 'fact_missing' ? inputs['missing'] : undefined;
  return [{ reason: code, fact: typeof missing === 'string' ? missing : null }];
}

const keyOf = ({ reason, fact }: Gap): string => `${reason}/${fact ?? ''}`;

/** Several checks may miss one fact; it is one gap. */
export function readinessOf(
  purpose: ReadinessPurpose,
  subject: ReadinessSubject,
  facts: GateFacts,
  policy: Policy,
  at: Instant,
): Readiness {
  const verdict = evaluateChecks(CHECKS_OF_CONTACTS, requestOf(purpose, subject, at), facts, policy);
  if (verdict.kind === 'deny')
    return {
      kind: 'refused',
      reasons: verdict.checks.flatMap(({ outcome, code }) => (outcome === 'deny' && code !== null ? [code] : [])),
    };
  const gaps = new Map(verdict.checks.flatMap(gapOf).map((gap) => [keyOf(gap), gap]));
  return gaps.size === 0 ? { kind: 'ready' } : { kind: 'held', gaps: [...gaps.values()] };
}

export const EXAMPLES_MAX = 5;

interface Counted {
  readonly gap: Gap;
  contacts: number;
  alone: number;
  readonly examples: string[];
}

function count(into: Map<string, Counted>, contact: string, gaps: readonly Gap[]): void {
  for (const gap of gaps) {
    const known = into.get(keyOf(gap)) ?? { gap, contacts: 0, alone: 0, examples: [] };
    into.set(keyOf(gap), known);
    known.contacts += 1;
    if (gaps.length === 1) known.alone += 1;
    if (known.examples.length < EXAMPLES_MAX) known.examples.push(contact);
  }
}

/** The most frequent first. */
function counted(all: ReadonlyMap<string, Counted>, contacts: number): readonly GapCount[] {
  return [...all.values()]
    .map(({ gap, examples, ...known }): GapCount => ({
      ...gap,
      ...known,
      share: known.contacts / contacts,
      examples: [...examples],
    }))
    .toSorted((a, b) => b.contacts - a.contacts || b.alone - a.alone || (keyOf(a) < keyOf(b) ? -1 : 1));
}

/** Counts contacts one after the other, in memory that does not grow with them. */
export class ReadinessTally {
  readonly #gaps = new Map<string, Counted>();
  readonly #refusals = new Map<string, Counted>();
  readonly #counts = { ready: 0, held: 0, refused: 0 };

  add(contact: string, readiness: Readiness): void {
    this.#counts[readiness.kind] += 1;
    if (readiness.kind === 'held') count(this.#gaps, contact, readiness.gaps);
    if (readiness.kind === 'refused')
      count(
        this.#refusals,
        contact,
        readiness.reasons.map((reason) => ({ reason, fact: null })),
      );
  }

  counts(): ReadinessCounts {
    const { ready, held, refused } = this.#counts;
    const contacts = ready + held + refused;
    return {
      contacts,
      ready,
      held,
      refused,
      gaps: counted(this.#gaps, contacts),
      refusals: counted(this.#refusals, contacts).map(({ fact: _, ...refusal }) => refusal),
    };
  }
}
