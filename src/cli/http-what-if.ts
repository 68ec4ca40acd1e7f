/** One decision beside others, of a running server, over its REST interface. */
import type { WhatIfServices } from '../gateway/what-if.port.ts';
import { queryOf } from './query.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpWhatIf(call: Call): WhatIfServices {
  const part = encodeURIComponent;
  return {
    compare: (_caller, one, other) => call('GET', `/v1/decisions/${part(one)}/comparison${queryOf({ with: other })}`),
    counterfactual(_caller, decision, { kind: change, ...rest }) {
      const { owner, threshold, value } = rest as { owner?: string | null; threshold?: string; value?: number };
      const query = {
        change,
        owner: owner === null ? 'nobody' : (owner ?? null),
        threshold: threshold ?? null,
        value: value === undefined ? null : String(value),
      };
      return call('GET', `/v1/decisions/${part(decision)}/counterfactual${queryOf(query)}`);
    },
  };
}
