/** Two decisions side by side: what differs of them, and which checks of the gate came out otherwise. Which other one stands in the address. */
import { Link } from '../../app/link.tsx';
import { words } from '../../shared/gate-table.tsx';
import { Failed, Loading } from '../../shared/states.tsx';
import type { ComparisonView } from '../../shared/types.ts';
import { useComparison } from './traces.ts';

interface Props {
  readonly decision: string;
  readonly filters: Readonly<Record<string, string>>;
}

export function Comparison({ decision, filters }: Props) {
  const { with: other = '', ...rest } = filters;
  const comparison = useComparison(decision, other === decision ? '' : other);
  return (
    <section className="comparison" aria-labelledby="comparison-title">
      <h3 id="comparison-title">Beside another decision</h3>
      <p>
        {other === decision ? 'Now choose the decision to compare with from the list.' : <>Compared with {other}. </>}{' '}
        <Link to={{ view: 'trace', item: decision, filters: rest }}>End the comparison</Link>
      </p>
      {other !== decision && comparison.isPending && <Loading what="the comparison" />}
      {comparison.isError && <Failed error={comparison.error} what="comparison" />}
      {comparison.isSuccess && <Differences view={comparison.data} />}
    </section>
  );
}

function Differences({ view: { differences, gate } }: { readonly view: ComparisonView }) {
  if (differences.length === 0 && gate.length === 0) return <p>Nothing differs but the time.</p>;
  const rows = [
    ...differences.map(({ what, one, other }) => [words(what), one, other] as const),
    ...gate.map(
      ({ check, one, other }) =>
        [`check: ${words(check)}`, one?.comparison ?? null, other?.comparison ?? null] as const,
    ),
  ];
  return (
    <table className="gate">
      <caption>What differs</caption>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">This decision</th>
          <th scope="col">The other</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(([what, one, other]) => (
          <tr key={what}>
            <th scope="row">{what}</th>
            <td>{one ?? '–'}</td>
            <td>{other ?? '–'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
