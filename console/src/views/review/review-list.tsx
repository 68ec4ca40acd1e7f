import { useEffect, useRef } from 'react';

import { Link } from '../../app/link.tsx';
import { words } from '../../shared/gate-table.tsx';
import { nameOf } from '../../shared/message.ts';
import { Ago } from '../../shared/time.tsx';
/** The drafts that wait, most urgent first. Rows stay where they are while somebody works; what comes in is counted above them. */
import type { ReviewView } from '../../shared/types.ts';
import type { Filters } from './reviews.ts';

interface Props {
  readonly reviews: readonly ReviewView[];
  readonly current: string | null;
  readonly selected: ReadonlySet<string>;
  readonly filters: Filters;
  readonly onToggle: (id: string) => void;
}

export function ReviewList({ reviews, current, selected, filters, onToggle }: Props) {
  return (
    <ul className="rows" aria-label="Drafts that wait">
      {reviews.map((review) => (
        <Row
          key={review.id}
          review={review}
          current={review.id === current}
          selected={selected.has(review.id)}
          filters={filters}
          onToggle={onToggle}
        />
      ))}
    </ul>
  );
}

interface RowProps extends Pick<Props, 'filters' | 'onToggle'> {
  readonly review: ReviewView;
  readonly current: boolean;
  readonly selected: boolean;
}

function Row({ review, current, selected, filters, onToggle }: RowProps) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) element.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  const { subject, body } = review.rendered;
  const company = review.account_ref?.name ?? review.account_ref?.external_id ?? null;
  return (
    <li ref={element} className={current ? 'row current' : 'row'}>
      <input
        type="checkbox"
        checked={selected}
        onChange={() => onToggle(review.id)}
        aria-label={`Select the draft to ${nameOf(review)}`}
        tabIndex={-1}
      />
      <Link to={{ view: 'review', item: review.id, filters }} current={current} className="row-link">
        <span className="row-top">
          <strong>{nameOf(review)}</strong>
          {company !== null && <span className="muted">{company}</span>}
          <span className="age">
            {review.overdue && <span className="chip bad">overdue</span>} <Ago at={review.created_at} />
          </span>
        </span>
        <span className="row-title">{subject ?? body.split('\n', 1)[0]}</span>
        <span className="row-chips">
          <span className="chip">{review.channel}</span>
          <span className={`chip risk-${review.risk_class}`}>{review.risk_class} risk</span>
          {review.reasons.slice(0, 2).map((reason) => (
            <span className="chip" key={reason.check}>
              {words(reason.code ?? reason.check)}
            </span>
          ))}
          {review.assigned_to !== null && (
            <span className="chip">for {review.assigned_to.replace(/^person:/, '')}</span>
          )}
        </span>
      </Link>
    </li>
  );
}
