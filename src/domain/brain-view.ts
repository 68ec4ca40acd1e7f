/**
 * Brain-ready views: what reasoning components may read, and nothing else. A view is defined by its contract, is made ahead of the question,
 * says how old it is, and fits into a budget.
 *
 * Source: GTM OS changelog v30, Brain-Ready Views Contract: source, owner, projection, filter, refresh, staleness threshold, token budget,
 * used-by list, and rules of compatibility; `view_metadata` with the last refresh, the threshold and `is_stale`; each part of a composite
 * with a staleness of its own. Catalogue row B12.
 */
import { HOUR_MS } from './instant.ts';
import type { Instant } from './instant.ts';
import type { JsonValue } from './json.ts';

export interface ViewPart {
  readonly name: string;
  /** Where it comes from. */
  readonly source: string;
  readonly projection: string;
  readonly filter: string;
  /** Older than this it must not be relied on without saying so. */
  readonly stalenessHours: number;
  /** The most items that are kept. */
  readonly itemsMax: number;
}

export interface ViewContract {
  readonly name: string;
  readonly title: string;
  /** Raised when a member is taken away or means something else; a new member does not raise it. */
  readonly version: number;
  readonly owner: string;
  readonly pattern: 'composite' | 'top_n_and_aggregate';
  /** What a caller names to get one. */
  readonly parameter: string;
  readonly refreshHours: number;
  readonly tokenBudget: number;
  readonly usedBy: readonly string[];
  /** In the order of their worth: what does not fit is cut from the end. */
  readonly parts: readonly ViewPart[];
}

/** Source of the budget: GTM OS changelog, AGT-902: the composite of an account is compressed to 5 000 to 10 000 tokens. */
export const ACCOUNT_COMPOSITE: ViewContract = {
  name: 'account_composite',
  title: 'Everything about one account in brief',
  version: 1,
  owner: 'memory',
  pattern: 'composite',
  parameter: 'account',
  refreshHours: 24,
  tokenBudget: 8_000,
  usedBy: ['account brain (catalogue B902)'],
  parts: [
    {
      name: 'account',
      source: 'actor_state',
      projection: 'state, interest, signals, stage, relations, outcomes by type',
      filter: 'the account itself, as united by merges',
      stalenessHours: 48,
      itemsMax: 1,
    },
    {
      name: 'people',
      source: 'actor_state, leads',
      projection: 'state, persona, interest, last signal',
      filter: 'people of the account; those with the last signal first',
      stalenessHours: 48,
      itemsMax: 25,
    },
    {
      name: 'open_threads',
      source: 'timelines',
      projection: 'what waits, for whom, since when',
      filter: 'open ones; the oldest first',
      stalenessHours: 24,
      itemsMax: 25,
    },
    {
      name: 'outcomes',
      source: 'outcomes',
      projection: 'type, time, amount, link',
      filter: 'that stand, of the account and its people; the last first',
      stalenessHours: 48,
      itemsMax: 25,
    },
    {
      name: 'notes',
      source: 'notes',
      projection: 'kind, predicate, text, confidence, whether stale',
      filter: 'that stand; the last first',
      stalenessHours: 168,
      itemsMax: 40,
    },
    {
      name: 'decisions',
      source: 'decisions',
      projection: 'action, verdict, confidence, time',
      filter: 'of the account and its people; the last first',
      stalenessHours: 48,
      itemsMax: 20,
    },
    {
      name: 'history',
      source: 'timelines',
      projection: 'what happened, when, by which lane',
      filter: 'the last entries; the last first',
      stalenessHours: 24,
      itemsMax: 50,
    },
  ],
};

/** Source of the pattern: GTM OS changelog v30: top N and an aggregate, as in most views across the population. */
export const PIPELINE_BY_SEGMENT: ViewContract = {
  name: 'pipeline_by_segment',
  title: 'The funnel and what came of it, by segment',
  version: 1,
  owner: 'reports',
  pattern: 'top_n_and_aggregate',
  parameter: 'dimension',
  refreshHours: 24,
  tokenBudget: 4_000,
  usedBy: ['pipeline brain (catalogue B901)'],
  parts: [
    {
      name: 'total',
      source: 'leads, actor_state, outcomes',
      projection: 'people by state of the funnel, outcomes by type, amounts won by currency',
      filter: 'everybody',
      stalenessHours: 48,
      itemsMax: 1,
    },
    {
      name: 'segments',
      source: 'leads, actor_state, outcomes',
      projection: 'the same for each value of the dimension',
      filter: 'the largest; the others are one segment named null',
      stalenessHours: 48,
      itemsMax: 20,
    },
  ],
};

export const BRAIN_VIEWS: readonly ViewContract[] = [ACCOUNT_COMPOSITE, PIPELINE_BY_SEGMENT];

/** What a view holds: the items of each part by its name, the most worth first. */
export type ViewBody = Readonly<Record<string, readonly JsonValue[]>>;

export interface ViewCut {
  readonly part: string;
  readonly kept: number;
  readonly of: number;
}

/** Age of a view or part against its threshold. Source: GTM OS changelog v30, staleness model. */
export function isViewStale(refreshedAt: Instant, stalenessHours: number, now: Instant): boolean {
  return now - refreshedAt > stalenessHours * HOUR_MS;
}

/** How many tokens a text takes for a model, roughly: four characters each. */
export const CHARACTERS_PER_TOKEN = 4;
const tokensOf = (value: unknown): number => Math.ceil(JSON.stringify(value).length / CHARACTERS_PER_TOKEN);

/**
 * Cuts a view to a budget of tokens. Parts lose items from the end, the last part first, so the same body and budget always give the same
 * view, and `cut` says what is missing.
 */
export function fitView(
  contract: ViewContract,
  body: ViewBody,
  budgetTokens: number,
): { readonly body: ViewBody; readonly tokens: number; readonly cut: readonly ViewCut[] } {
  const whole = contract.parts.map(({ name, itemsMax }) => ({ name, items: (body[name] ?? []).slice(0, itemsMax) }));
  let left = budgetTokens - tokensOf(Object.fromEntries(whole.map(({ name }) => [name, []])));
  const fitted = whole.map(({ name, items }) => {
    const kept: JsonValue[] = [];
    for (const item of items) {
      const tokens = tokensOf(item) + 1;
      if (tokens > left) break;
      left -= tokens;
      kept.push(item);
    }
    // What comes later is worth less: nothing of it slips into the room that a larger item left.
    if (kept.length < items.length) left = 0;
    return { name, kept, of: (body[name] ?? []).length };
  });
  const cutBody = Object.fromEntries(fitted.map(({ name, kept }) => [name, kept]));
  return {
    body: cutBody,
    tokens: tokensOf(cutBody),
    cut: fitted
      .filter(({ kept, of }) => kept.length < of)
      .map(({ name, kept, of }) => ({ part: name, kept: kept.length, of })),
  };
}
