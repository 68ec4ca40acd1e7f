/**
 * Simulates the rules of trust from a seed and prints what came of it; `--write` puts it into the page of benchmarks.
 * `npm run simulate:trust -- --runs 400 --senders 200 --seed trust-1 --write`
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { GOOD_SENDER, simulateSender, simulateUnlocks } from '../src/evals/trust/trust-simulation.ts';
import type { SenderRates } from '../src/evals/trust/trust-simulation.ts';

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '400' },
    senders: { type: 'string', default: '200' },
    seed: { type: 'string', default: 'trust-1' },
    write: { type: 'boolean', default: false },
  },
});
const [runs, senders] = [Number(values.runs), Number(values.senders)];
const PAGE = join(import.meta.dirname, '..', 'docs', 'reference', 'benchmarks.md');
const [START, END] = ['<!-- written by npm run simulate:trust -- --write -->', '<!-- end of simulate:trust -->'];

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
/** Two standard errors of a share. */
const error = (share: number, trials: number) => percent(2 * Math.sqrt((share * (1 - share)) / trials));

const unlocks = simulateUnlocks(runs, `${values.seed}:unlocks`);
const unlockRow = (name: string, { bad, good }: { readonly bad: number; readonly good: number }) =>
  `| ${name} | ${percent(bad)} ± ${error(bad, unlocks.badCells)} | ${percent(good)} ± ${error(good, unlocks.goodCells)} |`;

const AFTER: readonly (readonly [string, SenderRates])[] = [
  ['nothing changes', GOOD_SENDER],
  ['0.3 % complain', { ...GOOD_SENDER, complaints: 0.003 }],
  ['0.5 % complain', { ...GOOD_SENDER, complaints: 0.005 }],
  ['people reject 15 %', { ...GOOD_SENDER, rejected: 0.15 }],
];
const mean = (numbers: readonly number[]) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const senderRows = AFTER.map(([name, after]) => {
  const plan = { messagesPerDay: 50, auditShare: 0.05, before: GOOD_SENDER, after, changesOn: 120, days: 240 };
  const results = Array.from({ length: senders }, (_, index) =>
    simulateSender(plan, `${values.seed}:${name}:${index}`),
  );
  const reached = results.filter((result) => result.reachedOn !== null).length;
  const lost = results.filter((result) => result.lostAfter !== null).length;
  const cells = [
    name,
    percent(reached / senders),
    percent(mean(results.map((result) => result.keptBefore))),
    percent(lost / senders),
    percent(mean(results.map((result) => result.keptAtEnd))),
  ];
  return `| ${cells.join(' | ')} |`;
});

const text = `${START}

## What trust unlocks

Written by \`npm run simulate:trust -- --write\`, from the seed \`${values.seed}\`; the code that is simulated is the one that the runtime uses.

${runs} runs of 60 cells: a quarter of the rates from Beta(7, 3), the rest from Beta(27, 1.5), 3 to 40 events each, the prior fitted in each
run by the beta-binomial likelihood with a strength of at most 60. A cell is bad when its rate is below .85: ${unlocks.badCells} were, and
${unlocks.goodCells} were not. With two standard errors of the simulation:

| unlocked at .85 by | bad cells | good cells |
|---|---|---|
${unlockRow('the 5 % quantile, pooled', unlocks.pooled)}
${unlockRow('the same as the runtime pools it, with a strength of at most 20', unlocks.runtime)}
${unlockRow('the raw rate', unlocks.raw)}

${senders} senders of cold e-mail, 50 messages a day, each approved by a person until sample review is reached and 5 % audited from then on: 2.5 % good
replies, 1 % bounces, 0.05 % complaints. After 120 days something changes, for another 120. The prior is uniform, θ .85, the half-life 30 days. A complaint
takes sample review at once; it is earned again by what people approve, so the share of days says more than a single loss.

| after 120 days | reached | days held before | lost it afterwards | days held in the last 60 |
|---|---|---|---|---|
${senderRows.join('\n')}

${END}`;

process.stdout.write(`${text}\n`);
if (values.write) {
  const page = readFileSync(PAGE, 'utf8');
  const [from, to] = [page.indexOf(START), page.indexOf(END)];
  const next = from < 0 ? `${page.trimEnd()}\n\n${text}\n` : page.slice(0, from) + text + page.slice(to + END.length);
  writeFileSync(PAGE, next);
}
