/** Decisions, newest first. */
import { Link } from '../../app/link.tsx';
import { Ago } from '../../shared/time.tsx';
import type { DecisionView } from '../../shared/types.ts';

const TONES: Readonly<Record<string, string>> = { pass: 'good', schedule: 'plain', hold: 'warn', deny: 'bad' };

interface Props {
  readonly decisions: readonly DecisionView[];
  readonly current: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

export function DecisionList({ decisions, current, filters }: Props) {
  return (
    <ul className="rows" aria-label="Decisions">
      {decisions.map((decision) => (
        <li key={decision.id} className={decision.id === current ? 'row current' : 'row'}>
          <Link
            to={{ view: 'trace', item: decision.id, filters }}
            current={decision.id === current}
            className="row-link"
          >
            <span className="row-top">
              <strong>{decision.subject.external_id ?? decision.subject.id}</strong>
              <span className="age">
                <Ago at={decision.at} />
              </span>
            </span>
            <span className="row-title">
              {decision.action === null ? 'nothing' : decision.action.type.replaceAll('_', ' ')}
              {decision.action !== null && <span className="muted"> · {decision.action.state}</span>}
            </span>
            <span className="row-chips">
              <span className={`chip ${TONES[decision.verdict] ?? 'plain'}`}>{decision.verdict}</span>
              <span className="chip">{decision.engine}</span>
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}
