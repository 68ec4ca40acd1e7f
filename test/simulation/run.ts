/**
 * Runs simulated worlds from the command line.
 *
 *   npm run simulate -- --seed 17             one seed
 *   npm run simulate -- --seeds 10000         many, from --seed on
 *   npm run simulate -- --bug no-epoch-check  with a planted bug, until it is found
 */
import { parseArgs } from 'node:util';

import { PLANTED_BUGS } from './bugs.ts';
import type { PlantedBug } from './bugs.ts';
import { START } from './scenario-parts.ts';
import type { Happening } from './scenario.ts';
import { runWorld, shorten } from './world.ts';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '1' },
    steps: { type: 'string', default: '200000' },
    bug: { type: 'string' },
  },
});
const REPORT_EVERY_MS = 5_000;
const SHORTEN_RUNS = 150;

function bugOf(name: string | undefined): PlantedBug | null {
  if (name === undefined) return null;
  if (!(name in PLANTED_BUGS)) throw new Error(`--bug must be one of ${Object.keys(PLANTED_BUGS).join(', ')}`);
  return name as PlantedBug;
}

function lineOf(happening: Happening): string {
  const at = `${((happening.at - START) / 1_000).toFixed(2)} s`.padStart(9);
  if (happening.kind === 'message')
    return `${at}  host ${happening.host} gets ${happening.message.type} ${happening.message.source}/${happening.message.id}`;
  return `${at}  host ${happening.host} ${happening.kind === 'crash' ? 'dies' : 'stops'} for ${(happening.forMs / 1_000).toFixed(1)} s`;
}

const bug = bugOf(values.bug);
const steps = Number(values.steps);
const first = Number(values.seed);
const count = Number(values.seeds);
const began = performance.now();
let reported = began;
const totals = { steps: 0, events: 0, acts: 0, uncertain: 0 };
for (let index = 0; index < count; index += 1) {
  const seed = String(first + index);
  const result = await runWorld({ seed, bug, steps });
  if (result.violations.length > 0) {
    process.stdout.write(`seed ${seed} fails after ${index + 1} seeds and ${result.steps} steps:\n`);
    for (const violation of result.violations.slice(0, 10)) process.stdout.write(`  ${violation}\n`);
    const shortest = await shorten({ seed, bug, steps }, result.scenario, SHORTEN_RUNS);
    process.stdout.write(
      `the shortest schedule found has ${shortest.length} of ${result.scenario.length} happenings:\n`,
    );
    for (const happening of shortest) process.stdout.write(`${lineOf(happening)}\n`);
    process.exit(1);
  }
  totals.steps += result.steps;
  totals.events += result.events;
  totals.acts += result.acts;
  totals.uncertain += result.uncertain;
  if (performance.now() - reported > REPORT_EVERY_MS || index === count - 1) {
    reported = performance.now();
    const seconds = (reported - began) / 1_000;
    process.stdout.write(
      `${index + 1} of ${count} seeds clean in ${seconds.toFixed(0)} s: ${totals.steps} steps, ${totals.events} events, ${totals.acts} acts, ${totals.uncertain} uncertain\n`,
    );
  }
}
