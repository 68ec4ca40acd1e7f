/** Brain-ready views for the gateway and the command line, and the work that keeps those fresh that somebody reads. */
import type { Clock } from '../actors/clock.port.ts';
import type { Directory } from '../actors/intake/directory.port.ts';
import type { ViewBody, ViewContract } from '../domain/brain-view.ts';
import { ACCOUNT_COMPOSITE, BRAIN_VIEWS, fitView, isViewStale, PIPELINE_BY_SEGMENT } from '../domain/brain-view.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { TenantId } from '../domain/ids.ts';
import { DAY_MS, HOUR_MS, isoOf } from '../domain/instant.ts';
import type { JsonObject, JsonValue } from '../domain/json.ts';
import type { ViewContractView, ViewServices } from '../gateway/view-services.port.ts';
import type { NoteReader } from '../memory/notes/note-reader.port.ts';
import type { StoredView, ViewReader } from '../memory/read/view-reader.ts';
import type { StaleDays } from '../policies/staleness.ts';
import { isStale } from '../policies/staleness.ts';

export interface ViewParts {
  readonly clock: Clock;
  readonly directory: Directory;
  readonly views: ViewReader;
  readonly notes: NoteReader;
  readonly staleDays: StaleDays;
}

/** What nobody read for so long is not refreshed by itself. */
const READ_WITHIN_MS = 7 * DAY_MS;
const REFRESHED_AT_ONCE = 50;

async function bodyOf(views: ViewReader, tenant: TenantId, name: string, key: string): Promise<ViewBody> {
  if (name === PIPELINE_BY_SEGMENT.name) return views.pipelineBySegment(tenant, key);
  const [account = '', scope = ''] = key.split('/');
  return views.accountComposite(tenant, account, scope);
}

/** Makes the views anew that are due by their contracts. Returns how many. */
export async function refreshDueViews({
  views,
  clock,
}: {
  readonly views: ViewReader;
  readonly clock: Pick<Clock, 'now'>;
}): Promise<number> {
  let count = 0;
  for (const { name, refreshHours } of BRAIN_VIEWS) {
    const now = clock.now();
    const due = await views.due(name, now - refreshHours * HOUR_MS, now - READ_WITHIN_MS, REFRESHED_AT_ONCE);
    for (const { tenant, key } of due) {
      await views.keep(tenant, name, key, await bodyOf(views, tenant, name, key), clock.now());
      count += 1;
    }
  }
  return count;
}

export function createViewServices({ clock, directory, views, notes, staleDays }: ViewParts): ViewServices {
  async function keyOf(tenant: TenantId, { name }: ViewContract, given: string): Promise<string> {
    if (name !== ACCOUNT_COMPOSITE.name) return given;
    const found = await directory.find(tenant, 'account', given);
    if (found === null) throw new GatehouseError('not_found', `There is no account ${given}.`);
    return `${found.id}/${found.scope}`;
  }

  async function refreshed(tenant: TenantId, name: string, key: string): Promise<StoredView> {
    const refreshedAt = clock.now();
    const body = await bodyOf(views, tenant, name, key);
    await views.keep(tenant, name, key, body, refreshedAt);
    return { refreshedAt, body };
  }

  /** A stored view names notes; their texts are sealed, and opened only now. A note that was erased or retracted since is left out. */
  async function withTexts(tenant: TenantId, body: ViewBody): Promise<ViewBody> {
    const items = (body['notes'] ?? []) as readonly (JsonObject & { readonly id: string })[];
    if (items.length === 0) return body;
    const found = await notes.byIds(
      tenant,
      items.map(({ id }) => id),
    );
    const byId = new Map(found.map((note) => [String(note.id), note]));
    const opened = items.flatMap((item): JsonValue[] => {
      const note = byId.get(item.id);
      if (note === undefined || note.retractedAt !== null || note.content === null) return [];
      return [
        {
          ...item,
          text: note.content.text,
          observed_at: isoOf(note.observedAt),
          stale: isStale(note, staleDays, clock.now()),
        },
      ];
    });
    return { ...body, notes: opened };
  }

  return {
    listViews: async () => BRAIN_VIEWS.map(contractView),
    async readView({ tenant }, name, { key: given, budget_tokens: budget, refresh }) {
      const contract = BRAIN_VIEWS.find((view) => view.name === name);
      if (contract === undefined) {
        const names = BRAIN_VIEWS.map((view) => view.name).join(', ');
        throw new GatehouseError('not_found', `There is no view ${name}. There are: ${names}.`);
      }
      const key = await keyOf(tenant, contract, given);
      const stored = refresh ? null : await views.find(tenant, name, key, clock.now());
      const { refreshedAt, body } = stored ?? (await refreshed(tenant, name, key));
      const tokenBudget = Math.min(budget ?? contract.tokenBudget, contract.tokenBudget);
      const fitted = fitView(contract, await withTexts(tenant, body), tokenBudget);
      const stale = contract.parts.filter((part) => isViewStale(refreshedAt, part.stalenessHours, clock.now()));
      return {
        view: name,
        version: contract.version,
        key: given,
        view_metadata: {
          last_refresh_timestamp: isoOf(refreshedAt),
          staleness_threshold_hours: Math.min(...contract.parts.map((part) => part.stalenessHours)),
          is_stale: stale.length > 0,
          stale_parts: stale.map((part) => part.name),
          token_budget: tokenBudget,
          tokens: fitted.tokens,
          cut: fitted.cut,
        },
        parts: fitted.body,
      };
    },
  };
}

function contractView({ refreshHours, tokenBudget, usedBy, parts, ...rest }: ViewContract): ViewContractView {
  return {
    ...rest,
    refresh_hours: refreshHours,
    token_budget: tokenBudget,
    used_by: usedBy,
    parts: parts.map(({ stalenessHours, itemsMax, ...part }) => ({
      ...part,
      staleness_threshold_hours: stalenessHours,
      items_max: itemsMax,
    })),
  };
}
