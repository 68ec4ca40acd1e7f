/**
 * The kill switch stops every action of a tenant, whatever else is true, and a pause stops a part of them. The switch holds rather than
 * denies: what waits can go on when an admin releases it. One whose state cannot be read counts as engaged. What is paused is put off
 * and asked again, because a pause is meant to end.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import { HOUR_MS } from '../../domain/instant.ts';
import { held, passed, scheduled } from '../gate-check.ts';

/** How soon a paused action is asked again by itself; the end of the pause asks at once. */
export const PAUSED_AGAIN_MS = HOUR_MS;

/** Source: GTM harness 3 C, trust gate (fail-closed). */
export function killSwitchCheck(
  request: Pick<GateRequest, 'at'>,
  facts: Pick<GateFacts, 'kill_switch' | 'paused'>,
): CheckResult {
  switch (facts.kill_switch) {
    case false: {
      const [pause] = facts.paused ?? [];
      if (pause === undefined) return passed('kill_switch', 'the kill switch is released', { engaged: false });
      const comparison = pause.scope === 'tenant' ? 'everything is paused' : `its ${pause.scope} is paused`;
      return scheduled(
        'kill_switch',
        { code: 'paused', comparison, inputs: { engaged: false, paused: pause.scope, paused_ago_ms: pause.ago_ms } },
        request.at + PAUSED_AGAIN_MS,
      );
    }
    case true:
      return held('kill_switch', {
        code: 'kill_switch_engaged',
        comparison: 'the kill switch is engaged',
        inputs: { engaged: true },
      });
    case undefined:
      return held('kill_switch', {
        code: 'kill_switch_unknown',
        comparison: 'the state of the kill switch is not known',
        inputs: { engaged: null },
      });
  }
}
