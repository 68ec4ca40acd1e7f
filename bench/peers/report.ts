/** The comparison as the Markdown that is printed and published. */
import { cpus, totalmem } from 'node:os';

import type { Summary } from './drive.ts';
import { DIFFERENCES, versionOf } from './systems.ts';
import type { System, Tuning } from './systems.ts';

export type Measured =
  | { readonly system: System; readonly tuning: Tuning; readonly inFlight: number; readonly summary: Summary }
  | { readonly system: System; readonly error: string };

export interface Conditions {
  readonly seconds: number;
  readonly warmupSeconds: number;
  readonly probeSeconds: number;
  readonly choices: readonly number[];
  readonly keys: number;
}

const cell = (text: string) => text.split('\n', 1).join('').replaceAll('|', '\\|').slice(0, 160);
const times = (own: number | undefined, other: number) =>
  own === undefined || other === 0 ? '' : `${(own / other).toFixed(1)} ×`;

function row(one: Measured, single: number | undefined, batched: number | undefined): string {
  const { system } = one;
  const name = `${system.title} ${versionOf(system)}`;
  if ('error' in one) return `| ${name} | failed: ${cell(one.error)} | | | | | | | | |`;
  const { summary: s, inFlight, tuning } = one;
  const own = system.packageName === null;
  return `| ${[
    name,
    s.effectsPerSecond.toFixed(0),
    s.p50Ms.toFixed(1),
    s.p99Ms.toFixed(1),
    tuning.title === '' ? inFlight : `${inFlight}, ${tuning.title}`,
    s.cores.own.toFixed(2),
    s.cores.postgres.toFixed(2),
    s.effectsPerSecond === 0 ? '' : ((1_000 * (s.cores.own + s.cores.postgres)) / s.effectsPerSecond).toFixed(2),
    own ? '' : times(single, s.effectsPerSecond),
    own ? '' : times(batched, s.effectsPerSecond),
  ].join(' | ')} |`;
}

function correctness(one: Measured): string {
  if ('error' in one) return `| ${one.system.title} | failed | | | | | | | |`;
  const { summary: s, system } = one;
  return `| ${[
    system.title,
    s.accepted,
    s.again,
    s.effects,
    s.withoutEffect,
    s.lost,
    s.doubled,
    s.suppressed,
    s.wrongCounters,
  ].join(' | ')} |`;
}

/** The whole section: what was done, the figures, what was checked, and what the systems do not do. */
export function reportOf(measured: readonly Measured[], conditions: Conditions): string {
  const summaryOf = (name: string) => {
    const one = measured.find(({ system }) => system.name === name);
    return one !== undefined && 'summary' in one ? one.summary : undefined;
  };
  const single = summaryOf('gatehouse');
  const batched = summaryOf('gatehouse-batch');
  const governed = [
    ...(single === undefined
      ? []
      : [`${single.answeredPerSecond.toFixed(0)} governed signals/s with one signal a request`]),
    ...(batched === undefined ? [] : [`${batched.answeredPerSecond.toFixed(0)} with 16`]),
  ].join(', ');
  const problems = measured.flatMap((one) =>
    'summary' in one ? one.summary.problems.map((problem) => `- ${one.system.title}: ${cell(problem)}`) : [],
  );
  const { seconds, warmupSeconds, probeSeconds, choices, keys } = conditions;
  return `## Compared with other runtimes

Written by \`npm run bench:peers -- --write\`; [bench/peers](../../bench/peers/README.md) tells how it is done. The same work on each, one after the
other, on this machine (${cpus().length} cores, ${cpus()[0]?.model.trim() ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}) and one Postgres server, each in a process and a database of
its own: a signal of about 500 bytes for one of ${keys} keys is accepted durably and once by its id, the state of its key is read and written,
two steps have durable results, and one effect is a row that is written once. The loop is closed: a fixed number of signals is under way.
${choices.length > 1 ? `Their number is the best of ${choices.join(', ')} in trials of ${probeSeconds} s, as is the way in which DBOS starts them. ` : ''}Each row is ${seconds} s after ${warmupSeconds} s of warm-up. Rates and times are counted from the rows of effects in the database; the time is
that from the offer of a signal to the row of its effect. Cores are those that the
system's processes and the driver kept busy, then those of the Postgres processes that served them, and from both the processor time of one effect. The last two columns say how many times the effects/s of Gatehouse are those of the other.

| system | effects/s | p50 ms | p99 ms | under way | cores | of Postgres | CPU ms an effect | Gatehouse is | with 16 a request |
|---|---|---|---|---|---|---|---|---|---|
${measured.map((one) => row(one, single?.effectsPerSecond, batched?.effectsPerSecond)).join('\n')}

Gatehouse does more for each signal: an engine lists and scores candidates, a gate of 17 checks decides in the transaction that
holds the state, every event is chained by hashes, and a permit is granted, claimed and used. Its answer comes after the commit of all that but the
execution${governed === '' ? '' : `: ${governed}`}. It is spoken to over HTTP, as Restate is; the other three run inside the process that drives them. The other four run any
code as a workflow, which Gatehouse does not.

What was in the database at the end, after all runs of the row had settled. Every hundredth signal was offered a second time. *Kept out* are further attempts
at an effect that was there already; its key kept them from becoming a second row. A counter is wrong when it is not the number of
signals of its key.

| system | accepted | offered again | with effect | rightly without | lost | doubled | kept out | wrong counters |
|---|---|---|---|---|---|---|---|---|
${measured.map(correctness).join('\n')}
${problems.length > 0 ? `\nProblems that a system's own checks found:\n\n${problems.join('\n')}\n` : ''}
What each does by itself:

${DIFFERENCES}`;
}
