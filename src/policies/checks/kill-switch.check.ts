/**
 * The kill switch stops every action of a tenant, whatever else is true. It holds rather than denies: what waits can go on when an
 * admin releases it. A switch whose state cannot be read counts as engaged.
 */
import type { CheckResult, GateFacts } from '../../domain/gate.ts';
import { held, passed } from '../gate-check.ts';

/** Source: GTM harness 3 C, trust gate (fail-closed). */
export function killSwitchCheck(_request: unknown, facts: Pick<GateFacts, 'kill_switch'>): CheckResult {
  switch (facts.kill_switch) {
    case false:
      return passed('kill_switch', 'the kill switch is released', { engaged: false });
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
