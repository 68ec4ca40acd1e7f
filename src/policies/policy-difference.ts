/** In what two policies differ, and which of these differences change something. */
import { canonicalJson } from '../domain/json.ts';
import type { Policy } from '../domain/policy.ts';

/** Members that differ, without the name. */
export function changedMembers(then: Policy, now: Policy): readonly (keyof Policy)[] {
  const names = new Set([...Object.keys(then), ...Object.keys(now)] as (keyof Policy)[]);
  return [...names].filter(
    (name) => name !== 'name' && canonicalJson(then[name] ?? null) !== canonicalJson(now[name] ?? null),
  );
}

/** Members that change it each by itself; all that differ when it takes several together. */
export function membersThatChange(
  then: Policy,
  now: Policy,
  isChanged: (policy: Policy) => boolean,
): readonly (keyof Policy)[] {
  const members = changedMembers(then, now);
  const alone = members.filter((name) => isChanged({ ...then, [name]: now[name] }));
  return alone.length > 0 ? alone : members;
}
