/**
 * Who may bring a proposed policy into force: people other than its author, one for each changed section who owns it. In single-operator
 * mode, which is a ledgered act, one person may do all of it.
 *
 * Source: GTM OS, L0 configuration has owning authorities; Gatehouse decisions, words (authority).
 */
import type { PolicyProposal } from '../domain/policy-proposal.ts';

export interface PolicyAct {
  readonly kind: 'approve' | 'reject';
  readonly by: string;
  readonly authorities: readonly string[];
}

/** Changed sections that nobody has approved yet. */
export function openSections({ owners, approvals }: Pick<PolicyProposal, 'owners' | 'approvals'>): readonly string[] {
  const approved = new Set(approvals.flatMap(({ sections }) => sections));
  return Object.keys(owners).filter((section) => !approved.has(section));
}

/** The open sections that this approval covers. */
export function sectionsOf(proposal: PolicyProposal, act: PolicyAct, singleOperator: boolean): readonly string[] {
  return openSections(proposal).filter(
    (section) => singleOperator || proposal.owners[section]?.some((owner) => act.authorities.includes(owner)) === true,
  );
}

/** Why an act is refused, for the person who tried; null when it is not. */
export function policyActRefusal(
  proposal: PolicyProposal | undefined,
  act: PolicyAct,
  singleOperator: boolean,
): string | null {
  if (proposal === undefined) return 'There is no such proposal.';
  if (act.kind === 'reject')
    return proposal.state === 'open' || proposal.state === 'approved'
      ? null
      : `The proposal is ${proposal.state} already.`;
  if (proposal.state !== 'open') return `The proposal is ${proposal.state} already.`;
  if (act.by === proposal.by && !singleOperator)
    return 'You proposed it, so somebody else has to approve it. Single-operator mode lifts this.';
  if (sectionsOf(proposal, act, singleOperator).length > 0) return null;
  const missing = openSections(proposal).map(
    (section) => `${section} (${proposal.owners[section]?.join(' or ') ?? ''})`,
  );
  return `Approvals are missing for ${missing.join(', ')}, and you have none of these authorities.`;
}

export type PolicyStep =
  | { readonly kind: 'apply' | 'lapse'; readonly proposal: PolicyProposal }
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'nothing' };

/**
 * What is to be done at a time with approved proposals: the one that is due first comes into force, if the policy is still the one that
 * it was made for; otherwise it lapses, because applying it would undo what was changed in between.
 */
export function nextPolicyStep(proposals: readonly PolicyProposal[], inForce: string, at: number): PolicyStep {
  const waiting = proposals
    .filter(({ state }) => state === 'approved')
    .map((proposal) => ({ proposal, from: proposal.effective_from ?? Number.NEGATIVE_INFINITY }))
    .toSorted((a, b) => a.from - b.from);
  const [first] = waiting;
  if (first === undefined) return { kind: 'nothing' };
  if (first.from > at) return { kind: 'wait', until: first.from };
  return { kind: first.proposal.base === inForce ? 'apply' : 'lapse', proposal: first.proposal };
}

/** The policy that will be in force at a time if nothing else is approved: what a proposal for that time changes. */
export function policyExpectedAt(proposals: readonly PolicyProposal[], inForce: string, at: number | null): string {
  const earlier = proposals
    .filter(({ state, effective_from: from }) => state === 'approved' && from !== null && at !== null && from <= at)
    .toSorted((a, b) => (a.effective_from ?? 0) - (b.effective_from ?? 0));
  return earlier.reduce((expected, proposal) => (proposal.base === expected ? proposal.policy : expected), inForce);
}
