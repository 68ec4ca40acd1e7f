/** The way of a decision from the signal to what came of it: every event with its time, who it happened to, and what it says. */
import { exactTime, spanOf } from '../../shared/time.tsx';
import type { TraceStep } from '../../shared/types.ts';

/** A pause longer than this is told as one. */
const IDLE_MS = 60_000;

export function Stepper({ steps }: { readonly steps: readonly TraceStep[] }) {
  return (
    <ol className="stepper" aria-label="From the signal to the outcome">
      {steps.map((step, index) => {
        const before = steps[index - 1];
        const gap = before === undefined ? 0 : Date.parse(step.at) - Date.parse(before.at);
        return (
          <li key={step.event} className={`step ${step.step}`} id={step.event}>
            {gap >= IDLE_MS && <p className="gap">{spanOf(gap)} later</p>}
            <div className="step-head">
              <span className="chip">{step.step}</span>
              <strong>{step.summary}</strong>
              <a href={`#${step.event}`} className="muted" title="Position on the ledger">
                {step.event}
              </a>
            </div>
            <p className="muted">
              <time dateTime={step.at}>{exactTime(step.at)}</time>
              {gap > 0 && gap < IDLE_MS && `, ${gap < 1_000 ? `${gap} ms` : spanOf(gap)} later`} · {step.type}
            </p>
            <details>
              <summary>What the event says</summary>
              <pre>{JSON.stringify(step.data, null, 2)}</pre>
            </details>
          </li>
        );
      })}
    </ol>
  );
}
