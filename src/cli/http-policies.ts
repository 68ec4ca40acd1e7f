/** Changes of the policy on a running server, over its REST interface. */
import type { PolicyProposalView, PolicyServices } from '../gateway/policy.port.ts';
import type { Page } from '../gateway/services.port.ts';
import { withoutNulls } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpPolicies(call: Call): PolicyServices {
  const path = (id: string) => `/v1/policy/proposals/${encodeURIComponent(id)}`;
  return {
    lint: (_caller, policy, require) => call('POST', '/v1/policy/lint', withoutNulls({ policy, require })),
    diff: (_caller, after, before) => call('POST', '/v1/policy/diff', withoutNulls({ before, after })),
    test: (_caller, input) => call('POST', '/v1/policy/tests', withoutNulls(input)),
    propose: (_caller, input) => call('POST', '/v1/policy/proposals', withoutNulls(input)),
    list: async () => (await call<Page<PolicyProposalView>>('GET', '/v1/policy/proposals')).items,
    get: (_caller, id) => call('GET', path(id)),
    approve: (_caller, id) => call('POST', `${path(id)}/approvals`),
    reject: (_caller, id, reason) => call('POST', `${path(id)}/rejection`, { reason }),
    setSingleOperator: (_caller, enabled) => call('PUT', '/v1/single-operator', { enabled }),
  };
}
