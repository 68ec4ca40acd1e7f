import { Link } from '../../app/link.tsx';
import { GateTable } from '../../shared/gate-table.tsx';
import { RenderedMessage } from '../../shared/rendered-message.tsx';
import { Countdown, exactTime } from '../../shared/time.tsx';
/** One action that waits for its time: why it waits, whether it would still pass, and what can be done about it. */
import type { ScheduledView } from '../../shared/types.ts';
import { whoOf } from './scheduled-list.tsx';

const WHY = {
  undo: 'It was approved, and the approval can still be undone.',
  veto: 'It passed by itself, and a person may veto it until then.',
  due: 'The rules put it off until then.',
  capacity: 'Reviewers have no time for it today.',
  pause: 'Somebody paused it.',
} as const;

export interface ScheduledActs {
  readonly cancel: () => void;
  readonly move: () => void;
  readonly sendNow: () => void;
  readonly undo: () => void;
}

interface Props {
  readonly item: ScheduledView;
  readonly may: boolean;
  readonly acts: ScheduledActs;
}

export function ScheduledPage({ item, may, acts }: Props) {
  const why = may ? undefined : 'Reviewers, operators and admins may do this.';
  return (
    <article className="pane" aria-labelledby="pane-title">
      <header className="pane-head">
        <h2 id="pane-title" tabIndex={-1}>
          {whoOf(item)}
        </h2>
        <p>
          {WHY[item.waits]} It leaves in <Countdown to={item.at} over="a moment" />, on {exactTime(item.at)}.
        </p>
        {!item.still_valid && (
          <p className="banner bad">
            It would not pass the gate now.
            {item.next_at !== null && ` It could from ${exactTime(item.next_at)} on, and is put off to then.`}
          </p>
        )}
        {item.conflicts.map((conflict) => (
          <p className="banner warn" key={conflict.action}>
            Conflict: {conflict.reason} (
            <Link to={{ view: 'scheduled', item: conflict.action }}>{conflict.action}</Link>)
          </p>
        ))}
      </header>
      <p className="actions" role="group" aria-label="Act">
        {item.waits === 'undo' && (
          <button type="button" disabled={!may} title={why} onClick={acts.undo}>
            Undo the approval <kbd>U</kbd>
          </button>
        )}
        <button type="button" className="bad" disabled={!may} title={why} onClick={acts.cancel}>
          {item.waits === 'veto' ? 'Veto' : 'Cancel'} <kbd>V</kbd>
        </button>
        <button type="button" disabled={!may} title={why} onClick={acts.move}>
          Move <kbd>M</kbd>
        </button>
        <button type="button" disabled={!may} title={why} onClick={acts.sendNow}>
          Send now <kbd>N</kbd>
        </button>
        {!may && <span className="muted">{why}</span>}
      </p>
      <div className="pane-columns">
        <section aria-label="Message">
          <RenderedMessage recipient={item.recipient} rendered={item.rendered} />
        </section>
        <aside aria-label="Gate">
          <GateTable checks={item.checks} caption="What the gate would say now" />
          <p>
            <Link to={{ view: 'trace', item: item.decision }}>The whole way of this decision</Link>
          </p>
        </aside>
      </div>
    </article>
  );
}
