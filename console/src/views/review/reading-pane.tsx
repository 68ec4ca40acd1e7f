/** One draft, whole: as the recipient will see it, beside what it rests on and what the gate said. */
import { Link } from '../../app/link.tsx';
import { DiffView } from '../../shared/diff-view.tsx';
import { GateTable } from '../../shared/gate-table.tsx';
import { nameOf, textOf } from '../../shared/message.ts';
import { RenderedMessage } from '../../shared/rendered-message.tsx';
import { Ago, Countdown, exactTime } from '../../shared/time.tsx';
import type { JsonObject, ReviewView, SessionView } from '../../shared/types.ts';
import { Editor } from './editor.tsx';
import type { Reservation } from './reserve.ts';

interface Props {
  /** As it was when it was opened: what a decision names. */
  readonly review: ReviewView;
  /** As it is now. */
  readonly latest: ReviewView;
  readonly session: SessionView;
  readonly reservation: Reservation;
  readonly editing: boolean;
  /** Why the server refused the last decision; null when it did not. */
  readonly refusal: string | null;
  readonly acts: {
    readonly approve: () => void;
    readonly edit: () => void;
    readonly save: (content: JsonObject) => void;
    readonly endEdit: () => void;
    readonly reject: () => void;
    readonly snooze: () => void;
    readonly assign: () => void;
    readonly undo: () => void;
    readonly reread: () => void;
  };
}

export function mayReview(session: SessionView): boolean {
  return session.role === 'reviewer' || session.role === 'operator' || session.role === 'admin';
}

export function mayOperate(session: SessionView): boolean {
  return session.role === 'operator' || session.role === 'admin';
}

export function ReadingPane({ review, latest, session, reservation, editing, refusal, acts }: Props) {
  const revised = latest.fingerprint !== review.fingerprint;
  const decided = latest.state !== 'open' && review.state === 'open';
  const original = textOf(review.original_content);
  const wasEdited = original !== '' && original !== textOf(review.content);
  return (
    <article className="pane" aria-labelledby="pane-title">
      <header className="pane-head">
        <h2 id="pane-title" tabIndex={-1}>
          {nameOf(review)}
        </h2>
        <Facts review={review} />
        <div className="slot">
          {reservation.state === 'taken' && <p className="banner warn">{reservation.detail}</p>}
          {reservation.state === 'mine' && reservation.until !== null && (
            <p className="muted">
              Reserved for you: <Countdown to={reservation.until} over="over" />
            </p>
          )}
        </div>
      </header>
      {revised && (
        <section className="banner warn" role="alert" aria-label="The draft was revised">
          <p>
            <strong>The draft was revised while you read it.</strong> Read it again; a decision on the old one is
            refused.
          </p>
          <DiffView before={textOf(review.content)} after={textOf(latest.content)} label="What was revised" />
          <button type="button" onClick={acts.reread}>
            I have read it <kbd>Enter</kbd>
          </button>
        </section>
      )}
      {decided && (
        <p className="banner warn" role="alert">
          {latest.decided_by?.replace(/^person:/, '') ?? 'Somebody else'} has decided this: {latest.state}.
        </p>
      )}
      {refusal !== null && !revised && (
        <p className="banner bad" role="alert">
          {refusal}
        </p>
      )}
      {review.state === 'open' && !decided && <Acts session={session} acts={acts} editing={editing} />}
      {review.undo_until !== null && (
        <p className="banner">
          Leaves in <Countdown to={review.undo_until} over="a moment" />.{' '}
          <button type="button" onClick={acts.undo}>
            Undo <kbd>U</kbd>
          </button>
        </p>
      )}
      <div className="pane-columns">
        <section aria-label="Message">
          {editing ? (
            <Editor review={review} onSave={acts.save} onClose={acts.endEdit} />
          ) : (
            <>
              <RenderedMessage recipient={review.recipient} rendered={review.rendered} />
              {wasEdited && (
                <details>
                  <summary>Edited: what changed</summary>
                  <DiffView before={original} after={textOf(review.content)} label="What the edit changed" />
                </details>
              )}
            </>
          )}
        </section>
        <aside aria-label="Evidence and gate">
          <EvidenceCards review={review} />
          <GateTable checks={review.reasons} caption="Why it is held" />
          <p>
            <Link to={{ view: 'trace', item: review.decision }}>The whole way of this decision</Link>
          </p>
        </aside>
      </div>
    </article>
  );
}

function Acts({ session, acts, editing }: Pick<Props, 'session' | 'acts' | 'editing'>) {
  const may = mayReview(session);
  const why = may ? undefined : 'Reviewers, operators and admins may decide.';
  if (editing) return null;
  return (
    <p className="actions" role="group" aria-label="Decide">
      <button type="button" className="good" disabled={!may} title={why} onClick={acts.approve}>
        Approve <kbd>A</kbd>
      </button>
      <button type="button" disabled={!may} title={why} onClick={acts.edit}>
        Edit <kbd>E</kbd>
      </button>
      <button type="button" className="bad" disabled={!may} title={why} onClick={acts.reject}>
        Reject <kbd>R</kbd>
      </button>
      <button type="button" disabled={!may} title={why} onClick={acts.snooze}>
        Snooze <kbd>S</kbd>
      </button>
      <button type="button" disabled={!may} title={why} onClick={acts.assign}>
        Hand over <kbd>O</kbd>
      </button>
      {!may && <span className="muted">{why}</span>}
    </p>
  );
}

function Facts({ review }: { readonly review: ReviewView }) {
  const { trust, priority, step } = review;
  return (
    <dl className="facts">
      <div>
        <dt>Action</dt>
        <dd>
          {review.action_type.replaceAll('_', ' ')} by {review.channel}, {review.risk_class} risk
        </dd>
      </div>
      {review.account_ref !== null && (
        <div>
          <dt>Account</dt>
          <dd>{review.account_ref.name ?? review.account_ref.external_id}</dd>
        </div>
      )}
      {review.play !== null && (
        <div>
          <dt>Play</dt>
          <dd>{review.play}</dd>
        </div>
      )}
      {step !== null && (
        <div>
          <dt>Step</dt>
          <dd>{step} of its sequence</dd>
        </div>
      )}
      <div>
        <dt>Waits</dt>
        <dd>
          <Ago at={review.created_at} />, due <Countdown to={review.due_at} over="now" />
        </dd>
      </div>
      <div>
        <dt>Expires</dt>
        <dd>
          <time dateTime={review.expires_at}>{exactTime(review.expires_at)}</time>
        </dd>
      </div>

      <div>
        <dt>Priority</dt>
        <dd>{priority.reason}</dd>
      </div>
      {trust !== null && (
        <div>
          <dt>Trust</dt>
          <dd>
            {trust.level.replaceAll('_', ' ')}: {trust.quantile.toFixed(2)} against {trust.theta.toFixed(2)}, from{' '}
            {trust.evidence.toFixed(0)} {Math.round(trust.evidence) === 1 ? 'case' : 'cases'}
          </dd>
        </div>
      )}
      {review.approvals_needed > 1 && (
        <div>
          <dt>Approvals</dt>
          <dd>
            {review.approvals.length} of {review.approvals_needed}
          </dd>
        </div>
      )}
    </dl>
  );
}

function EvidenceCards({ review }: { readonly review: ReviewView }) {
  const { evidence } = review;
  if (evidence.length === 0) return null;
  return (
    <section>
      <h3>What it rests on</h3>
      <ul className="cards">
        {evidence.map((item) => (
          <li key={item.id} className="card">
            <span className="chip">{item.kind}</span> {item.text}{' '}
            <span className="muted">
              <Ago at={item.at} />
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}
