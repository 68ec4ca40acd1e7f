/** What the gate would have said with one thing changed, always marked as a simulation. The change stands in the address, so it can be linked. */
import type { SubmitEvent } from 'react';
import { useState } from 'react';

import { go } from '../../app/router.ts';
import { Outcome, words } from '../../shared/gate-table.tsx';
import { Failed } from '../../shared/states.tsx';
import { exactTime } from '../../shared/time.tsx';
import type { CounterfactualView, Threshold } from '../../shared/types.ts';
import { changeIn, useCounterfactual, withoutChange } from './traces.ts';

const KINDS = [
  ['no_cooldown', 'Without the cooldown'],
  ['owner', 'With another owner'],
  ['threshold', 'With another threshold'],
] as const;

/** As the API names them, all of them; days in days, money in minor units. */
const THRESHOLDS = Object.keys({
  touch_cap: true,
  touch_cap_days: true,
  contact_cooldown_days: true,
  account_cooldown_days: true,
  duplicate_days: true,
  reply_stop_days: true,
  confidence_floor: true,
  budget_per_day_minor: true,
} satisfies Record<Threshold, true>);

interface Props {
  readonly decision: string;
  readonly filters: Readonly<Record<string, string>>;
}

export function WhatIf({ decision, filters }: Props) {
  const asked = changeIn(filters);
  const [kind, setKind] = useState<string>(filters['change'] ?? 'no_cooldown');
  const result = useCounterfactual(decision, asked);
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault();
    const given = Object.fromEntries(
      [...new FormData(event.currentTarget)].filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
    );
    go({ view: 'trace', item: decision, filters: { ...withoutChange(filters), ...given } }, 'replace');
  };
  const drop = (): void => go({ view: 'trace', item: decision, filters: withoutChange(filters) }, 'replace');
  return (
    <section className="what-if" aria-labelledby="what-if-title">
      <h3 id="what-if-title">What if</h3>
      <form className="inline-form" onSubmit={submit}>
        <label>
          Change{' '}
          <select id="what-if" name="change" value={kind} onChange={(event) => setKind(event.target.value)}>
            {KINDS.map(([name, title]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        </label>
        {kind === 'owner' && (
          <label>
            Owner{' '}
            <input
              name="owner"
              required
              pattern="nobody|lane:(inbound|tam|marketing|operator)|person:.+"
              title="nobody, a lane such as lane:tam, or a person such as person:ana"
              placeholder="nobody, lane:tam, person:…"
              defaultValue={filters['owner'] ?? 'nobody'}
            />
          </label>
        )}
        {kind === 'threshold' && (
          <>
            <label>
              Threshold{' '}
              <select name="threshold" defaultValue={filters['threshold'] ?? 'touch_cap'}>
                {THRESHOLDS.map((name) => (
                  <option key={name} value={name}>
                    {words(name)}
                  </option>
                ))}
              </select>
            </label>
            <label>
              Value{' '}
              <input name="value" type="number" min="0" step="any" required defaultValue={filters['value'] ?? '0'} />
            </label>
          </>
        )}
        <button type="submit">Simulate</button>
        {asked !== null && (
          <button type="button" onClick={drop}>
            Leave it
          </button>
        )}
      </form>
      <div role="status">
        {result.isError && <Failed error={result.error} what="simulation" />}
        {asked !== null && result.isSuccess && <Simulated view={result.data} />}
      </div>
    </section>
  );
}

function Simulated({ view }: { readonly view: CounterfactualView }) {
  const { then, now, differing } = view;
  const of = (checks: CounterfactualView['then']['checks'], name: string) => checks.find(({ check }) => check === name);
  return (
    <>
      <p>
        <strong className="badge warn">Simulation</strong> {view.change}: <Outcome outcome={now.verdict} />
        {now.next_at !== null && ` until ${exactTime(now.next_at)}`}; it was <Outcome outcome={then.verdict} />.{' '}
        <span className="muted">Nothing of it happened, and what would have followed is not known.</span>
      </p>
      {differing.length === 0 ? (
        <p>No check comes out otherwise.</p>
      ) : (
        <table className="gate">
          <caption>Checks that come out otherwise</caption>
          <thead>
            <tr>
              <th scope="col">Check</th>
              <th scope="col">Then</th>
              <th scope="col">Simulated</th>
            </tr>
          </thead>
          <tbody>
            {differing.map((name) => (
              <tr key={name}>
                <th scope="row">{words(name)}</th>
                <td>{of(then.checks, name)?.comparison ?? 'not asked'}</td>
                <td>{of(now.checks, name)?.comparison ?? 'not asked'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
