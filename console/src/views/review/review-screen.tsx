/** The queue of drafts that wait for a person: the list, the one that is read, and the keys that work through them. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { say } from '../../app/announcer.tsx';
import { useKeys } from '../../app/keys.ts';
import { live, useLive } from '../../app/live.ts';
import { go, usePlace } from '../../app/router.ts';
import { Problem } from '../../shared/api.ts';
import { nameOf } from '../../shared/message.ts';
import { SearchBox } from '../../shared/search-box.tsx';
import { Empty, Failed, Loading } from '../../shared/states.tsx';
import type { JsonObject, ReviewView, SessionView } from '../../shared/types.ts';
import { BULK_MAX, BulkDialog } from './bulk-dialog.tsx';
import { RejectDialog, TextDialog, TimeDialog } from './dialogs.tsx';
import { medianOf, sitting, useSitting } from './meter.ts';
import { mayReview, ReadingPane } from './reading-pane.tsx';
import { useReservation } from './reserve.ts';
import { ReviewList } from './review-list.tsx';
import { FILTERS, useAct, useDecide, useReview, useReviewList, useSummary } from './reviews.ts';
import type { Decision, Filters } from './reviews.ts';

type Question =
  | { readonly kind: 'reject' | 'snooze' | 'assign' }
  | { readonly kind: 'bulk'; readonly decision: 'approve' | 'reject'; readonly reason: string | null };

/** Rows left below the current one when the next page is asked for. */
const AHEAD = 20;

function readFilters(filters: Filters, session: SessionView): Filters {
  return filters['assigned_to'] === 'me' ? { ...filters, assigned_to: session.identity } : filters;
}

export function ReviewScreen({ session }: { readonly session: SessionView }) {
  const place = usePlace();
  const client = useQueryClient();
  const list = useReviewList(readFilters(place.filters, session));
  const rows = list.data?.pages.flatMap((page) => page.items) ?? [];
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [anchor, setAnchor] = useState<string | null>(null);
  const [question, setQuestion] = useState<Question | null>(null);
  const [editing, setEditing] = useState(false);
  const [seen, setSeen] = useState<ReviewView | null>(null);
  const [refusals, setRefusals] = useState<Readonly<Record<string, string>>>({});
  const [lastDone, setLastDone] = useState<ReviewView | null>(null);
  const openedAt = useRef(performance.now());

  const index = rows.findIndex((row) => row.id === place.item);
  const known = rows[index];
  const { data: latest, error: itemError } = useReview(place.item, known);
  const shown = seen?.id === place.item ? seen : (known ?? latest ?? null);
  const reservation = useReservation(mayReview(session) && shown?.state === 'open' ? shown.id : null);

  const open = (id: string | null, how: 'push' | 'replace' = 'replace'): void =>
    go({ view: 'review', item: id, filters: place.filters }, how);
  const filter = (filters: Filters): void => go({ view: 'review', item: null, filters });

  useEffect(() => {
    setSeen(null);
    setEditing(false);
    openedAt.current = performance.now();
  }, [place.item]);
  useEffect(() => {
    if (seen?.id !== place.item && shown !== null) setSeen(shown);
  }, [seen, shown, place.item]);
  const first = rows[0]?.id;
  useEffect(() => {
    if (place.item === null && first !== undefined) open(first);
  });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = list;
  useEffect(() => {
    if (hasNextPage && !isFetchingNextPage && index >= rows.length - AHEAD) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage, index, rows.length]);

  const failed = (error: Error): void => say(error.message, 'bad');
  const act = useAct({ done: (what) => say(what, 'good'), refused: failed });
  const undo = (review: ReviewView | null): void => {
    if (review === null) return say('There is nothing to undo.');
    act.mutate(
      { review: review.id, path: 'undo', body: {}, what: `Undone: the draft to ${nameOf(review)} waits again.` },
      { onSuccess: () => setLastDone(null) },
    );
  };
  const decide = useDecide({
    done({ review, decision }, actionState) {
      if (decision === 'reject' || decision === 'cancel') return;
      setLastDone(review);
      const still = actionState === 'held' ? ' It needs one more person.' : '';
      say(`Approved for ${nameOf(review)}.${still}`, 'good', () => undo(review));
    },
    refused({ review }, error) {
      setRefusals((all) => ({ ...all, [review.id]: error.message }));
      say(`${nameOf(review)}: ${error.message}`, 'bad');
      // Whoever decided on another draft has to see the one that is there now.
      if (error instanceof Problem && error.code === 'content_changed') open(review.id);
    },
  });

  const step = (by: number): void => {
    const next = rows[index === -1 ? 0 : Math.min(Math.max(index + by, 0), rows.length - 1)];
    if (next !== undefined) open(next.id);
  };
  const decideShown = (input: Omit<Decision, 'review'>): void => {
    if (shown === null || shown.state !== 'open' || !mayReview(session)) return;
    const next = rows[index + 1] ?? rows[index - 1];
    sitting.trigger.decided({
      seconds: (performance.now() - openedAt.current) / 1_000,
      unedited: input.decision === 'approve',
    });
    setEditing(false);
    setQuestion(null);
    decide.mutate({ review: shown, ...input });
    if (index !== -1) open(next?.id === shown.id ? null : (next?.id ?? null));
  };
  const toggle = (id: string): void => {
    setAnchor(id);
    setSelected((all) => new Set(all.has(id) ? [...all].filter((item) => item !== id) : [...all, id]));
  };
  const toggleRange = (): void => {
    const from = rows.findIndex((row) => row.id === anchor);
    if (index === -1) return;
    const [low, high] = from === -1 ? [index, index] : [Math.min(from, index), Math.max(from, index)];
    setSelected((all) => new Set([...all, ...rows.slice(low, high + 1).map((row) => row.id)].slice(0, BULK_MAX)));
  };
  const chosen = rows.filter((row) => selected.has(row.id));
  const ask = (kind: 'reject' | 'snooze' | 'assign'): void => {
    if (mayReview(session) && (shown?.state === 'open' || chosen.length > 0)) setQuestion({ kind });
  };
  const approve = (): void => {
    if (chosen.length > 0) setQuestion({ kind: 'bulk', decision: 'approve', reason: null });
    else decideShown({ decision: 'approve', reason: null, content: null });
  };
  const reject = (reason: string, wholeSequence: boolean): void => {
    if (chosen.length > 0) {
      setQuestion({ kind: 'bulk', decision: 'reject', reason });
    } else if (wholeSequence && shown !== null && shown.sequence !== null) {
      setQuestion(null);
      act.mutate({
        review: shown.id,
        path: 'decisions',
        body: { decision: 'reject', fingerprint: shown.fingerprint, reason, whole_sequence: true },
        what: `Rejected for ${nameOf(shown)}, with all steps.`,
      });
    } else {
      decideShown({ decision: 'reject', reason, content: null });
      if (shown !== null) say(`Rejected for ${nameOf(shown)}: ${reason}.`);
    }
  };
  const reread = (): void => {
    if (latest === undefined) return;
    setSeen(latest);
    setRefusals(({ [latest.id]: _read, ...rest }) => rest);
  };
  const isRevised = shown !== null && latest !== undefined && latest.fingerprint !== shown.fingerprint;

  useKeys({
    j: () => step(1),
    ArrowDown: () => step(1),
    k: () => step(-1),
    ArrowUp: () => step(-1),
    Enter: () => (isRevised ? reread() : document.querySelector<HTMLElement>('#pane-title')?.focus()),
    a: approve,
    e: () => {
      if (shown?.state === 'open' && mayReview(session)) setEditing(true);
    },
    r: () => ask('reject'),
    s: () => ask('snooze'),
    o: () => ask('assign'),
    x: () => {
      if (place.item !== null) toggle(place.item);
    },
    'shift+x': toggleRange,
    u: () => undo(latest !== undefined && latest.undo_until !== null ? latest : lastDone),
    Escape: () => {
      if (editing) setEditing(false);
      else if (selected.size > 0) setSelected(new Set());
      else document.querySelector<HTMLElement>('.row.current a')?.focus();
    },
  });

  const bringIn = (): void => {
    live.trigger.seen();
    void client.invalidateQueries({ queryKey: ['reviews'] });
  };

  return (
    <div className="split">
      <section className="side" aria-label="Queue">
        <Meter waiting={rows.length} more={hasNextPage} />
        <SearchBox fields={FILTERS} own="account" filters={place.filters} onChange={filter} />
        <Chips filters={place.filters} onChange={filter} />
        <div className="slot">
          {chosen.length > 0 ? (
            <span className="selection">
              {chosen.length} selected
              <button type="button" className="good" onClick={approve}>
                Approve <kbd>A</kbd>
              </button>
              <button type="button" className="bad" onClick={() => ask('reject')}>
                Reject <kbd>R</kbd>
              </button>
            </span>
          ) : (
            <NewPill known={rows} onBringIn={bringIn} />
          )}
        </div>
        {list.isPending && <Loading what="the queue" />}
        {list.isError && <Failed error={list.error} what="queue" />}
        {list.isSuccess && rows.length === 0 && <NothingWaits filters={place.filters} />}
        <ReviewList reviews={rows} current={place.item} selected={selected} filters={place.filters} onToggle={toggle} />
        <p className="unseen" aria-live="polite">
          {known === undefined ? '' : `${index + 1} of ${rows.length}: ${nameOf(known)}`}
        </p>
      </section>
      <section className="main-pane" aria-label="Draft">
        {shown === null && itemError !== null && <Failed error={itemError} what="draft" />}
        {shown === null && itemError === null && list.isSuccess && rows.length > 0 && <Loading what="the draft" />}
        {shown !== null && (
          <ReadingPane
            review={shown}
            latest={latest ?? shown}
            session={session}
            reservation={reservation}
            editing={editing}
            refusal={refusals[shown.id] ?? null}
            acts={{
              approve,
              edit: () => setEditing(true),
              save: (content: JsonObject) => decideShown({ decision: 'edit', reason: null, content }),
              endEdit: () => setEditing(false),
              reject: () => ask('reject'),
              snooze: () => ask('snooze'),
              assign: () => ask('assign'),
              undo: () => undo(shown),
              reread,
            }}
          />
        )}
      </section>
      {question?.kind === 'reject' && (
        <RejectDialog
          count={Math.max(1, chosen.length)}
          inSequence={chosen.length === 0 && (shown?.sequence ?? null) !== null}
          onReject={reject}
          onClose={() => setQuestion(null)}
        />
      )}
      {question?.kind === 'snooze' && shown !== null && (
        <TimeDialog
          title="Snooze until"
          verb="Snooze"
          onClose={() => setQuestion(null)}
          onTake={(until) => {
            setQuestion(null);
            act.mutate({ review: shown.id, path: 'snooze', body: { until }, what: `Snoozed: ${nameOf(shown)}.` });
            step(1);
          }}
        />
      )}
      {question?.kind === 'assign' && shown !== null && (
        <TextDialog
          title="Hand over"
          label="To whom, such as person:ana"
          verb="Hand over"
          initial="person:"
          onClose={() => setQuestion(null)}
          onTake={(to) => {
            setQuestion(null);
            act.mutate({ review: shown.id, path: 'assignment', body: { to }, what: `Handed to ${to}.` });
          }}
        />
      )}
      {question?.kind === 'bulk' && (
        <BulkDialog
          decision={question.decision}
          reason={question.reason}
          reviews={chosen}
          onClose={() => setQuestion(null)}
          onDone={(result) => {
            const done = result.items.filter((item) => item.status === 'done').length;
            say(`${done} of ${result.items.length} done.`, done === result.items.length ? 'good' : 'bad');
            setSelected(new Set());
          }}
        />
      )}
    </div>
  );
}

function NewPill({ known, onBringIn }: { readonly known: readonly ReviewView[]; readonly onBringIn: () => void }) {
  const { fresh } = useLive();
  const ids = new Set(known.map((review) => review.id));
  const count = fresh.filter((review) => !ids.has(review)).length;
  if (count === 0) return null;
  return (
    <button type="button" className="pill" onClick={onBringIn}>
      {count} new
    </button>
  );
}

function Meter({ waiting, more }: { readonly waiting: number; readonly more: boolean }) {
  const summary = useSummary();
  const { seconds, unedited } = useSitting();
  const median = medianOf(seconds);
  const { data } = summary;
  return (
    <dl className="meter" aria-label="This sitting">
      <div>
        <dt>Waiting</dt>
        <dd>{data === undefined ? `${waiting}${more ? '+' : ''}` : data.open}</dd>
      </div>
      <div>
        <dt>Overdue</dt>
        <dd>{data?.overdue ?? '–'}</dd>
      </div>
      <div>
        <dt>Done</dt>
        <dd>{seconds.length}</dd>
      </div>
      <div>
        <dt>Median</dt>
        <dd>{median === null ? '–' : `${median.toFixed(1)} s`}</dd>
      </div>
      <div>
        <dt>As drafted</dt>
        <dd>{seconds.length === 0 ? '–' : `${Math.round((100 * unedited) / seconds.length)} %`}</dd>
      </div>
    </dl>
  );
}

const QUICK = [
  ['All', {}],
  ['Mine', { assigned_to: 'me' }],
  ['E-mail', { channel: 'email' }],
  ['Snoozed', { state: 'snoozed' }],
  ['Oldest', { sort: 'age' }],
] as const;

function Chips({ filters, onChange }: { readonly filters: Filters; readonly onChange: (filters: Filters) => void }) {
  return (
    <p className="chips" role="group" aria-label="Filters">
      {QUICK.map(([name, wanted]) => {
        const given = Object.entries(wanted) as [string, string][];
        const on =
          given.length === 0
            ? Object.keys(filters).length === 0
            : given.every(([field, value]) => filters[field] === value);
        return (
          <button key={name} type="button" aria-pressed={on} onClick={() => onChange(on ? {} : wanted)}>
            {name}
          </button>
        );
      })}
    </p>
  );
}

function NothingWaits({ filters }: { readonly filters: Filters }) {
  return Object.keys(filters).length > 0 ? (
    <Empty title="Nothing fits these filters">Choose All to see everything that waits.</Empty>
  ) : (
    <Empty title="Nothing waits">
      A draft appears here when the gate wants a person to look at it. Post a signal that gives reason to write to
      somebody, or propose an action.
    </Empty>
  );
}
