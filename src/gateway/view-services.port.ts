/** What the gateway and the command line ask about brain-ready views. */
import type { JsonValue } from '../domain/json.ts';
import type { Caller } from './caller.port.ts';

/** The contract of a view, as it is told. */
export interface ViewContractView {
  readonly name: string;
  readonly title: string;
  readonly version: number;
  readonly owner: string;
  readonly pattern: 'composite' | 'top_n_and_aggregate';
  readonly parameter: string;
  readonly refresh_hours: number;
  readonly token_budget: number;
  readonly used_by: readonly string[];
  readonly parts: readonly {
    readonly name: string;
    readonly source: string;
    readonly projection: string;
    readonly filter: string;
    readonly staleness_threshold_hours: number;
    readonly items_max: number;
  }[];
}

export interface BrainView {
  readonly view: string;
  readonly version: number;
  /** What it is about. */
  readonly key: string;
  readonly view_metadata: {
    readonly last_refresh_timestamp: string;
    /** The smallest threshold of its parts. */
    readonly staleness_threshold_hours: number;
    /** Whether any part is stale: read this first. */
    readonly is_stale: boolean;
    readonly stale_parts: readonly string[];
    readonly token_budget: number;
    readonly tokens: number;
    /** What did not fit; empty when everything did. */
    readonly cut: readonly { readonly part: string; readonly kept: number; readonly of: number }[];
  };
  readonly parts: Readonly<Record<string, readonly JsonValue[]>>;
}

export interface ViewRequest {
  /** The caller's own id of an account, or the name of a dimension; which of them, the contract says. */
  readonly key: string;
  /** Less than the budget of the contract, or null for that. */
  readonly budget_tokens: number | null;
  /** Make it anew before reading it. */
  readonly refresh: boolean;
}

export interface ViewServices {
  listViews(caller: Caller): Promise<readonly ViewContractView[]>;
  /** Throws `not_found` for a view or account that does not exist. */
  readView(caller: Caller, name: string, request: ViewRequest): Promise<BrainView>;
}
