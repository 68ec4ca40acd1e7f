/** Everything about one decision: what was decided in a sentence, the way to it and from it, the machine, the gate, and whether it can be run again. */
import type { ReactNode } from 'react';

import { words, GateTable } from '../../shared/gate-table.tsx';
import { Failed } from '../../shared/states.tsx';
import type { TraceView } from '../../shared/types.ts';
import { Comparison } from './comparison.tsx';
import { MachineDiagram } from './machine-diagram.tsx';
import { Stepper } from './stepper.tsx';
import { useMachine, useReplay } from './traces.ts';
import { WhatIf } from './what-if.tsx';

const VERDICTS: Readonly<Record<string, string>> = {
  pass: 'Passed',
  schedule: 'Put off',
  hold: 'Held',
  deny: 'Denied',
  none: 'Nothing was to be done',
};

/** Such as `Held: 2 of 17 checks.` */
function verdictSentence({ decision, gate }: TraceView): string {
  const word = VERDICTS[decision.verdict] ?? words(decision.verdict);
  const failing = gate.filter((check) => check.outcome !== 'pass').length;
  if (gate.length === 0) return `${word}. ${decision.reason}`;
  return failing === 0 ? `${word}: all ${gate.length} checks pass.` : `${word}: ${failing} of ${gate.length} checks.`;
}

interface Props {
  readonly trace: TraceView;
  readonly filters: Readonly<Record<string, string>>;
  readonly onCompare: () => void;
}

export function DecisionPage({ trace, filters, onCompare }: Props) {
  const { decision } = trace;
  const machine = useMachine('action');
  return (
    <article className="pane trace" aria-labelledby="pane-title">
      <header className="pane-head">
        <h2 id="pane-title" tabIndex={-1}>
          {verdictSentence(trace)}
        </h2>
        <dl className="facts">
          <Fact
            name="About"
            value={`${decision.subject.kind} ${decision.subject.external_id ?? decision.subject.id}`}
          />
          <Fact
            name="Action"
            value={
              decision.action === null
                ? 'none'
                : `${words(decision.action.type)} by ${decision.action.channel}, now ${decision.action.state}`
            }
          />
          <Fact name="Engine" value={decision.engine} />
          <Fact name="Why" value={decision.reason} />
          <Fact name="Confidence" value={decision.confidence === null ? 'none' : decision.confidence.toFixed(2)} />
          <Fact name="Chosen with" value={`probability ${decision.propensity.toFixed(2)}`} />
          <Fact name="Policy" value={decision.policy_hash?.slice(0, 12) ?? 'none'} />
        </dl>
        <Replay id={decision.id} key={decision.id}>
          {filters['with'] === undefined && (
            <button type="button" onClick={onCompare}>
              Compare with another
            </button>
          )}
        </Replay>
      </header>
      {filters['with'] !== undefined && <Comparison decision={decision.id} filters={filters} />}
      {trace.gate.length > 0 && <WhatIf decision={decision.id} filters={filters} key={`what-if:${decision.id}`} />}
      {decision.action !== null && machine.isSuccess && (
        <MachineDiagram
          machine={machine.data}
          steps={trace.steps}
          action={decision.action.id}
          state={decision.action.state}
        />
      )}
      <div className="pane-columns">
        <section aria-label="Way">
          <h3>From the signal to the outcome</h3>
          <Stepper steps={trace.steps} />
        </section>
        <aside aria-label="Gate and raw data">
          {trace.gate.length > 0 && (
            <GateTable checks={trace.gate} caption="What the gate compared, at the last evaluation" />
          )}
          <Candidates trace={trace} />
          <details>
            <summary>What was known</summary>
            <pre>{JSON.stringify(trace.snapshot, null, 2)}</pre>
          </details>
          <details>
            <summary>All of it, as JSON</summary>
            <pre>{JSON.stringify(trace, null, 2)}</pre>
          </details>
        </aside>
      </div>
    </article>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function Candidates({ trace }: { readonly trace: TraceView }) {
  const { candidates } = trace.decision;
  if (candidates.length === 0) return null;
  return (
    <details>
      <summary>{candidates.length} candidates</summary>
      <pre>{JSON.stringify(candidates, null, 2)}</pre>
    </details>
  );
}

const RESULTS = {
  identical: ['good', 'Run again: the same result.'],
  different: ['bad', 'Run again: another result.'],
  redacted: ['warn', 'Run again: a part was erased.'],
  nothing_to_replay: ['plain', 'The gate was not asked, so there is nothing to run again.'],
} as const;

/** With further buttons beside its own. */
function Replay({ id, children }: { readonly id: string; readonly children: ReactNode }) {
  const replay = useReplay(id);
  const [tone, sentence] = replay.isSuccess ? RESULTS[replay.data.result] : (['plain', ''] as const);
  return (
    <div className="slot">
      <button type="button" onClick={() => replay.mutate()} disabled={replay.isPending}>
        Run it again
      </button>
      {children}
      <span role="status" className={`badge ${tone}`}>
        {sentence}
      </span>
      {replay.isError && <Failed error={replay.error} what="replay" />}
      {replay.isSuccess && replay.data.result === 'different' && (
        <pre>{JSON.stringify(replay.data.evaluations, null, 2)}</pre>
      )}
    </div>
  );
}
