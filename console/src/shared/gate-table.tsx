/** What the gate compared: each check with its outcome, the comparison in words, and when it could pass by itself. */
import { exactTime } from './time.tsx';
import type { CheckResult } from './types.ts';

const ORDER = { deny: 0, hold: 1, schedule: 2, pass: 3 } as const;
const MARKS = { deny: '✕', hold: '‖', schedule: '◷', pass: '✓' } as const;

export function words(code: string): string {
  return code.replaceAll('_', ' ');
}

export function Outcome({ outcome }: { readonly outcome: keyof typeof MARKS }) {
  return (
    <span className={`outcome ${outcome}`}>
      <span aria-hidden="true">{MARKS[outcome]}</span> {outcome}
    </span>
  );
}

export function GateTable({ checks, caption }: { readonly checks: readonly CheckResult[]; readonly caption: string }) {
  const sorted = checks.toSorted((left, right) => ORDER[left.outcome] - ORDER[right.outcome]);
  return (
    <table className="gate">
      <caption>{caption}</caption>
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Outcome</th>
          <th scope="col">Value against limit</th>
          <th scope="col">Next</th>
        </tr>
      </thead>
      <tbody>
        {sorted.map((check) => (
          <tr key={check.check}>
            <th scope="row">{words(check.check)}</th>
            <td>
              <Outcome outcome={check.outcome} />
            </td>
            <td>
              {check.code !== null && <strong>{words(check.code)}: </strong>}
              {check.comparison}
            </td>
            <td>{check.next_at === null ? '' : exactTime(new Date(check.next_at).toISOString())}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
