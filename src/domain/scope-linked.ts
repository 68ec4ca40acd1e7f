/**
 * Whether the guard of an account is locked together with that of a contact. It is in the partition of the account itself, in those that a merge
 * joined to it, and wherever an operator moved the person to it. What names the account of before a move or a merge is not linked any more: it
 * waits for a person.
 */
import type { GuardState } from './guard.ts';
import type { GuardMember } from './stricter-guard.ts';

/** The accounts that a merge joined to that of a guard. */
export function joinedAccounts(guard: GuardState | undefined): readonly string[] {
  return (guard?.joined ?? []).map((peer) => peer.key.slice('account:'.length));
}

/** The accounts of those into whom a person was merged, one after the other. */
function survivingAccounts(contact: readonly GuardMember[]): readonly string[] {
  const accounts: string[] = [];
  const seen = new Set<GuardMember>();
  let member = contact[0];
  while (member !== undefined && !seen.has(member)) {
    seen.add(member);
    const { into } = member.state;
    if (into === undefined) break;
    if (into.refs.account !== null) accounts.push(into.refs.account);
    member = contact.find(({ key }) => key === `contact:${into.id}`);
  }
  return accounts;
}

/** `contact` are the guards of the person that are read as one, their own first; none where there is no person. */
export function isScopeLinked(
  account: string | null,
  scope: string,
  contact: readonly GuardMember[],
  guard: GuardState | undefined,
): boolean {
  const together = [account, ...joinedAccounts(guard)];
  const survivors = survivingAccounts(contact);
  if (survivors.some((survivor) => !together.includes(survivor))) return false;
  const parent = contact[0]?.state.parent;
  if (parent !== undefined) return parent === account;
  return account === null || survivors.length > 0 || together.includes(scope);
}
