/** A policy with one finding, one difference and one proposal. Notes every call. */
import type { PolicyProposalView, PolicyServices } from './policy.port.ts';

const AT = '2026-11-21T10:00:00.000Z';
const PROPOSAL: PolicyProposalView = {
  id: 'pol_1',
  state: 'open',
  name: 'stricter',
  policy: 'bb',
  base: 'aa',
  by: 'ana',
  at: AT,
  effective_from: null,
  sections: [{ section: 'touch_cap', owners: ['RevOps'], approved_by: null }],
};

export function fakePolicies(note: (name: string, ...args: readonly unknown[]) => void): PolicyServices {
  return {
    async lint(_caller, policy, require) {
      note('lint', policy, require);
      const message = 'a is never true: no value of fit_score meets `fit_score lt "low"`.';
      return {
        ok: false,
        policy: 'aa',
        findings: [{ code: 'rule_unsatisfiable', severity: 'error', pointer: '/rules/0', message }],
      };
    },
    async diff(_caller, after, before) {
      note('diff', after, before);
      const words = 'touch_cap.max: 3 → 5, up';
      const change = {
        section: 'touch_cap',
        pointer: '/touch_cap/max',
        before: 3,
        after: 5,
        words,
        owners: ['RevOps'],
      };
      return { before: 'aa', after: 'bb', changes: [change] };
    },
    async test(_caller, input) {
      note('test', input);
      const counts = { held: 1, denied: 0, delayed: 0, released: 0, chosen_otherwise: 0, unknown: 0, same: 4 };
      return {
        ok: true,
        backtest: {
          before: 'aa',
          after: 'bb',
          since: AT,
          until: AT,
          decisions: 5,
          counts,
          changed: [
            {
              decision: 'dec_1',
              at: AT,
              action_type: 'outreach_push',
              kind: 'held',
              from: 'pass',
              to: 'hold',
              reasons: ['trust_needs_approval'],
            },
          ],
          unnamed: 0,
        },
        cases: [],
      };
    },
    async propose(_caller, input) {
      note('propose', input);
      return PROPOSAL;
    },
    async list() {
      note('list');
      return [PROPOSAL];
    },
    async get(_caller, id) {
      note('get', id);
      return PROPOSAL;
    },
    async approve(_caller, id) {
      note('approve', id);
      return { ...PROPOSAL, state: 'applied' };
    },
    async reject(_caller, id, reason) {
      note('reject', id, reason);
      return { ...PROPOSAL, state: 'rejected' };
    },
    async setSingleOperator(_caller, enabled) {
      note('setSingleOperator', enabled);
      return { single_operator: enabled };
    },
  };
}
