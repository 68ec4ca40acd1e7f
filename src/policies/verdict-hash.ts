/**
 * The fingerprint of a verdict, by which a replay proves that it decided the same. It covers what was decided and everything that was
 * compared, but no ids and no wall time, so two equal situations have one hash, and an erased person leaves nothing behind in it.
 */
import { GATE_VERSION } from '../domain/gate.ts';
import type { Verdict } from '../domain/gate.ts';
import { asId } from '../domain/ids.ts';
import type { Hash } from '../domain/ids.ts';
import type { Instant } from '../domain/instant.ts';
import { canonicalJson } from '../domain/json.ts';
import type { Digest } from '../domain/json.ts';

/**
 * SHA-256 over the canonical JSON of: the version of the gate, the hash of the policy, the kind of verdict, the queue of a hold, the
 * delay of a schedule, and per check a list of its name, outcome, code, inputs and delay. `at` is the time of the request: all times
 * are taken relative to it, in ms. The words of a comparison are left out, so that they may be corrected without changing what was
 * decided.
 * Throws `TypeError` when an input is a number that JSON cannot carry.
 *
 * Source: RFC 8785 for the canonical form; Gatehouse decisions, state, rebuild, replay.
 */
export function verdictHash(
  verdict: Verdict,
  at: Instant,
  policyHash: string,
  digest: Digest,
  gateVersion: number = GATE_VERSION,
): Hash {
  const text = canonicalJson({
    gate_version: gateVersion,
    policy: policyHash,
    kind: verdict.kind,
    queue: verdict.kind === 'hold' ? verdict.queue : null,
    delay_ms: verdict.kind === 'schedule' ? verdict.at - at : null,
    checks: verdict.checks.map((result) => {
      const nextInMs = result.next_at === null ? null : result.next_at - at;
      return [result.check, result.outcome, result.code, result.inputs, nextInMs];
    }),
  });
  return asId(digest(text));
}
