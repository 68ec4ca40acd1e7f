/** All decisions, and the whole way of the one that is open. */
import { useKeys } from '../../app/keys.ts';
import { go, usePlace } from '../../app/router.ts';
import { SearchBox } from '../../shared/search-box.tsx';
import { Empty, Failed, Loading } from '../../shared/states.tsx';
import { DecisionList } from './decision-list.tsx';
import { DecisionPage } from './decision-page.tsx';
import { FILTERS, listFilters, useDecisions, useTrace } from './traces.ts';

const VERDICTS = ['pass', 'schedule', 'hold', 'deny'] as const;

export function TraceScreen() {
  const { item, filters: place } = usePlace();
  const filters = listFilters(place);
  const list = useDecisions(filters);
  const trace = useTrace(item);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const index = rows.findIndex((row) => row.id === item);
  // What somebody compares with stays while they look for the other one.
  const kept = place['with'] === undefined ? filters : { ...filters, with: place['with'] };
  const filter = (wanted: Readonly<Record<string, string>>): void => go({ view: 'trace', item: null, filters: wanted });
  const step = (by: number): void => {
    const next = rows[index === -1 ? 0 : Math.min(Math.max(index + by, 0), rows.length - 1)];
    if (next !== undefined) go({ view: 'trace', item: next.id, filters: kept }, 'replace');
  };
  const compare = (): void => {
    if (item === null) return;
    const { with: other, ...rest } = place;
    go({ view: 'trace', item, filters: other === undefined ? { ...rest, with: item } : rest }, 'replace');
  };
  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    c: compare,
    w: () => document.querySelector<HTMLElement>('#what-if')?.focus(),
    Enter: () => document.querySelector<HTMLElement>('#pane-title')?.focus(),
    Escape: () => go({ view: 'trace', item: null, filters }),
  });
  return (
    <div className="split">
      <section className="side" aria-label="Decisions">
        <SearchBox fields={FILTERS} own="account" filters={filters} onChange={filter} />
        <p className="chips" role="group" aria-label="Verdicts">
          {VERDICTS.map((verdict) => {
            const on = filters['verdict'] === verdict;
            const { verdict: _verdict, ...rest } = filters;
            return (
              <button
                key={verdict}
                type="button"
                aria-pressed={on}
                onClick={() => filter(on ? rest : { ...rest, verdict })}
              >
                {verdict}
              </button>
            );
          })}
        </p>
        {list.isPending && <Loading what="decisions" />}
        {list.isError && <Failed error={list.error} what="list" />}
        {list.isSuccess && rows.length === 0 && (
          <Empty title="No decision yet">
            A signal that is reason enough to act leads to a decision, which then stands here.
          </Empty>
        )}
        <DecisionList decisions={rows} current={item} filters={kept} />
        {list.hasNextPage && (
          <button type="button" onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
            Older ones
          </button>
        )}
      </section>
      <section className="main-pane" aria-label="Decision">
        {item === null && (
          <Empty title="Choose a decision">Its whole way stands here: from the signal to what came of it.</Empty>
        )}
        {item !== null && trace.isPending && <Loading what="the decision" />}
        {trace.isError && <Failed error={trace.error} what="decision" />}
        {trace.isSuccess && <DecisionPage trace={trace.data} filters={place} onCompare={compare} />}
      </section>
    </div>
  );
}
