import { useEffect, useRef } from 'react';

import { Link } from '../../app/link.tsx';
import { Countdown, useNow } from '../../shared/time.tsx';
/** What waits for its time, hour by hour. */
import type { ScheduledView } from '../../shared/types.ts';
import { hourOf } from './scheduled.ts';

const WAITS = {
  undo: 'can be undone',
  veto: 'can be vetoed',
  due: 'put off',
  capacity: 'no time today',
  pause: 'paused',
} as const;

export function whoOf(item: Pick<ScheduledView, 'recipient' | 'account_ref' | 'action'>): string {
  const { recipient, account_ref: account } = item;
  return recipient?.name ?? recipient?.external_id ?? account?.name ?? account?.external_id ?? item.action;
}

interface Props {
  readonly items: readonly ScheduledView[];
  readonly current: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

export function ScheduledList({ items, current, filters }: Props) {
  const now = useNow();
  const hours = Map.groupBy(items, (item) => hourOf(item.at, now));
  return [...hours].map(([hour, rows]) => (
    <section key={hour} className="hour" aria-label={hour}>
      <h2>{hour}</h2>
      <ul className="rows">
        {rows.map((item) => (
          <Row key={item.action} item={item} current={item.action === current} filters={filters} />
        ))}
      </ul>
    </section>
  ));
}

function Row({
  item,
  current,
  filters,
}: { readonly item: ScheduledView; readonly current: boolean } & Pick<Props, 'filters'>) {
  const element = useRef<HTMLLIElement>(null);
  useEffect(() => {
    if (current) element.current?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  return (
    <li ref={element} className={current ? 'row current' : 'row'}>
      <Link to={{ view: 'scheduled', item: item.action, filters }} current={current} className="row-link">
        <span className="row-top">
          <strong>{whoOf(item)}</strong>
          <span className="age">
            <Countdown to={item.at} over="now" />
          </span>
        </span>
        <span className="row-title">{item.rendered.subject ?? item.rendered.body.split('\n', 1)[0]}</span>
        <span className="row-chips">
          <span className="chip">{WAITS[item.waits]}</span>
          <span className="chip">{item.channel}</span>
          <span className={item.still_valid ? 'chip good' : 'chip bad'}>
            {item.still_valid ? 'still valid' : 'would not pass now'}
          </span>
          {item.conflicts.length > 0 && <span className="chip warn">conflict</span>}
        </span>
      </Link>
    </li>
  );
}
