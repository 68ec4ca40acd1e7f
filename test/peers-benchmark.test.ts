/** Holds the comparison with other runtimes to its arithmetic: what is lost, doubled or miscounted must show, and no other figures be lost. */
import { describe, expect, test } from 'vitest';

import { sectionOf, withSection } from '../bench/page-section.ts';
import { summarize } from '../bench/peers/drive.ts';
import type { Offered, Results } from '../bench/peers/drive.ts';
import { reportOf } from '../bench/peers/report.ts';
import { SYSTEMS } from '../bench/peers/systems.ts';
import { signalAt } from '../bench/peers/workload.ts';

/** Four signals of three keys, offered at 900, 1000, 1010 and 1020 ms; the measured time is the second from 1000 on. */
const OFFERED: Offered = {
  run: 'r',
  offeredMs: [900, 1_000, 1_010, 1_020],
  answeredMs: [990, 1_005, 1_025, 2_001],
  keys: 3,
  again: 1,
  from: 1_000,
  to: 2_000,
  cores: { own: 0.75, postgres: 0.25 },
};
const keyOf = (n: number) => signalAt('r', n, 3).key;
const FINE: Results = {
  offered: OFFERED,
  effects: [995, 1_010, 1_050, 1_120].map((writtenMs, n) => ({ signal: `r-${n}`, writtenMs, attempts: 1 })),
  counters: new Map([
    [keyOf(0), 2],
    [keyOf(1), 1],
    [keyOf(2), 1],
  ]),
  findings: { withoutEffect: 0, problems: [] },
};

describe('a summary', () => {
  test('counts what was written in the measured time, from the offer on', () => {
    expect(summarize(FINE)).toMatchObject({
      effectsPerSecond: 3,
      answeredPerSecond: 2,
      p50Ms: 40,
      p99Ms: 100,
      accepted: 4,
      effects: 4,
      lost: 0,
      doubled: 0,
      suppressed: 0,
      wrongCounters: 0,
    });
  });

  test('shows a lost effect, unless it is rightly missing', () => {
    const effects = FINE.effects.slice(1);
    expect(summarize({ ...FINE, effects }).lost).toBe(1);
    expect(summarize({ ...FINE, effects, findings: { withoutEffect: 1, problems: [] } }).lost).toBe(0);
  });

  test('shows a second effect, one of nothing, and an attempt that was kept out', () => {
    const [first] = FINE.effects;
    const effects = [
      ...FINE.effects.map((effect) => ({ ...effect, attempts: 2 })),
      { ...first!, attempts: 1 },
      { signal: 'other-1', writtenMs: 1_500, attempts: 1 },
      { signal: 'r-4', writtenMs: 1_500, attempts: 1 },
    ];
    expect(summarize({ ...FINE, effects })).toMatchObject({ doubled: 3, suppressed: 4, lost: 0, effectsPerSecond: 3 });
  });

  test('shows counters that are missing, wrong, or of nobody', () => {
    const counters = new Map([
      [keyOf(0), 1],
      [keyOf(1), 1],
      ['stranger', 1],
    ]);
    expect(summarize({ ...FINE, counters }).wrongCounters).toBe(3);
  });
});

describe('the section of the page', () => {
  test('takes its own place and leaves the rest alone', () => {
    const once = withSection('# Benchmarks\n\n| a |\n', 'bench:peers', 'first $& figures');
    expect(once).toContain('# Benchmarks\n\n| a |\n');
    const twice = withSection(`${once}\nafter\n`, 'bench:peers', 'second');
    expect(twice).not.toContain('first');
    expect(twice.endsWith('\nafter\n')).toBe(true);
    expect(sectionOf(twice, 'bench:peers')).toContain('second');
    expect(sectionOf('# Benchmarks\n', 'bench:peers')).toBe('');
  });

  test('names a system that failed, and compares the others', () => {
    const conditions = { seconds: 1, warmupSeconds: 0, probeSeconds: 1, choices: [16], keys: 3 };
    const summary = summarize(FINE);
    const [gatehouse, , dbos, restate] = SYSTEMS;
    const report = reportOf(
      [
        { system: gatehouse!, tuning: gatehouse!.tunings[0], inFlight: 16, summary },
        {
          system: dbos!,
          tuning: dbos!.tunings[1]!,
          inFlight: 64,
          summary: { ...summary, effectsPerSecond: 1.5, problems: ['a link | is broken'] },
        },
        { system: restate!, error: 'no port\nat somewhere' },
      ],
      conditions,
    );
    expect(report).toMatch(/^\| DBOS .* \| 64, through a queue \| 0\.75 \| 0\.25 \| 666\.67 \| 2\.0 × \| {2}\|$/m);
    expect(report).toMatch(/^\| Restate .* \| failed: no port \|/m);
    expect(report).toContain('- DBOS: a link \\| is broken');
    for (const table of report.split('\n\n').filter((block) => block.startsWith('|'))) {
      const widths = new Set(table.split('\n').map((line) => line.replaceAll('\\|', '').split('|').length));
      expect(widths.size).toBe(1);
    }
  });
});
