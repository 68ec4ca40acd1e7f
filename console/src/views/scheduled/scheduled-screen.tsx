/** What is about to leave, when, and what a person can still do about it. */
import { useState } from 'react';

import { say } from '../../app/announcer.tsx';
import { useKeys } from '../../app/keys.ts';
import { go, usePlace } from '../../app/router.ts';
import { id as part } from '../../shared/api.ts';
import { SearchBox } from '../../shared/search-box.tsx';
import { Empty, Failed, Loading } from '../../shared/states.tsx';
import type { JsonObject, SessionView } from '../../shared/types.ts';
import { TextDialog, TimeDialog } from '../review/dialogs.tsx';
import { mayOperate, mayReview } from '../review/reading-pane.tsx';
import { PauseDialog, PauseList } from './pauses.tsx';
import { ScheduledList, whoOf } from './scheduled-list.tsx';
import { ScheduledPage } from './scheduled-page.tsx';
import { actPath, FILTERS, reviewOf, usePauses, useScheduleAct, useScheduled } from './scheduled.ts';

type Question = 'cancel' | 'move' | 'send-now' | 'pause';

export function ScheduledScreen({ session }: { readonly session: SessionView }) {
  const { item, filters } = usePlace();
  const list = useScheduled(filters);
  const pauses = usePauses();
  const [question, setQuestion] = useState<Question | null>(null);
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const index = rows.findIndex((row) => row.action === item);
  const current = rows[index];
  const may = mayReview(session);
  const filter = (wanted: Readonly<Record<string, string>>): void =>
    go({ view: 'scheduled', item: null, filters: wanted });
  const act = useScheduleAct({
    done: (what) => say(what, 'good'),
    refused: (error) => say(error.message, 'bad'),
  });
  const send = (path: string, body: JsonObject, what: string): void => {
    setQuestion(null);
    act.mutate({ path, method: 'POST', body, what });
  };
  const step = (by: number): void => {
    const next = rows[index === -1 ? 0 : Math.min(Math.max(index + by, 0), rows.length - 1)];
    if (next !== undefined) go({ view: 'scheduled', item: next.action, filters }, 'replace');
  };
  const ask = (kind: Question): void => {
    if (may && (kind === 'pause' || current !== undefined)) setQuestion(kind);
  };
  const undo = (): void => {
    if (current === undefined || current.waits !== 'undo' || !may) return;
    reviewOf(current.decision, current.action).then(
      (review) => send(`/v1/reviews/${part(review)}/undo`, {}, `Undone: ${whoOf(current)} waits for review again.`),
      (error: unknown) => say(error instanceof Error ? error.message : 'It could not be undone.', 'bad'),
    );
  };
  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => document.querySelector<HTMLElement>('#pane-title')?.focus(),
    v: () => ask('cancel'),
    m: () => ask('move'),
    n: () => ask('send-now'),
    p: () => ask('pause'),
    u: undo,
    Escape: () => go({ view: 'scheduled', item: null, filters }),
  });
  const close = (): void => setQuestion(null);
  return (
    <div className="split">
      <section className="side" aria-label="Timeline">
        <SearchBox fields={FILTERS} own="account" filters={filters} onChange={filter} />
        <p className="chips">
          <button type="button" disabled={!may} onClick={() => ask('pause')}>
            Pause … <kbd>P</kbd>
          </button>
        </p>
        {pauses.isSuccess && (
          <PauseList
            pauses={pauses.data}
            may={mayOperate(session)}
            onEnd={(pause) =>
              act.mutate({
                path: `/v1/pauses/${part(pause.id)}`,
                method: 'DELETE',
                body: null,
                what: 'The pause is over.',
              })
            }
          />
        )}
        {list.isPending && <Loading what="what is scheduled" />}
        {list.isError && <Failed error={list.error} what="timeline" />}
        {list.isSuccess && rows.length === 0 && (
          <Empty title="Nothing is scheduled">
            What passed the gate stands here until it leaves: approvals that can be undone, what may be vetoed, and what
            waits for its hour.
          </Empty>
        )}
        <ScheduledList items={rows} current={item} filters={filters} />
        {list.hasNextPage && (
          <button type="button" onClick={() => void list.fetchNextPage()} disabled={list.isFetchingNextPage}>
            Later ones
          </button>
        )}
      </section>
      <section className="main-pane" aria-label="Action">
        {item === null && (
          <Empty title="Choose an action">Why it waits, and whether it would still pass, stands here.</Empty>
        )}
        {item !== null && current === undefined && list.isSuccess && (
          <Empty title="It does not wait any more">It has left, or somebody cancelled it.</Empty>
        )}
        {current !== undefined && (
          <ScheduledPage
            item={current}
            may={may}
            acts={{ cancel: () => ask('cancel'), move: () => ask('move'), sendNow: () => ask('send-now'), undo }}
          />
        )}
      </section>
      {question === 'cancel' && current !== undefined && (
        <TextDialog
          title={current.waits === 'veto' ? 'Veto' : 'Cancel'}
          label="Why; it stands on the ledger"
          verb={current.waits === 'veto' ? 'Veto' : 'Cancel it'}
          onClose={close}
          onTake={(reason) => send(actPath(current.action, 'cancel'), { reason }, `Cancelled: ${whoOf(current)}.`)}
        />
      )}
      {question === 'move' && current !== undefined && (
        <TimeDialog
          title="Move to"
          verb="Move"
          onClose={close}
          onTake={(at) => send(actPath(current.action, 'move'), { at }, `Moved: ${whoOf(current)}.`)}
        />
      )}
      {question === 'send-now' && current !== undefined && (
        <TextDialog
          title="Send now"
          label="Why now; the gate is asked again, and may say no"
          verb="Send now"
          onClose={close}
          onTake={(reason) => send(actPath(current.action, 'send-now'), { reason }, `Sent on: ${whoOf(current)}.`)}
        />
      )}
      {question === 'pause' && <PauseDialog onClose={close} onTake={(body) => send('/v1/pauses', body, 'Paused.')} />}
    </div>
  );
}
