/** Every way that actions can take through the planner, people, time and the executor, and a proof that a broken one would be noticed. */
import { describe, expect, it } from 'vitest';

import { explore } from './explorer.ts';
import type { Explored } from './explorer.ts';
import { MISTAKES } from './mistakes.ts';
import type { Mistake } from './mistakes.ts';
import { brokenInState } from './promises.ts';
import { COMPETING, REVIEWED, SCENARIOS } from './scenarios.ts';
import type { Disturbance, Scenario } from './scenarios.ts';
import { StepMaker } from './steps.ts';
import { firstWorld, worldKey } from './world.ts';

const TIMEOUT_MS = 120_000;
const LEAST_TRANSITIONS = 1_000_000;

function run(scenario: Scenario, mistakes: readonly Mistake[] = []): Explored & { readonly seen: ReadonlySet<string> } {
  const maker = new StepMaker(scenario, mistakes);
  const explored = explore({
    initial: [firstWorld(scenario)],
    next: (world) => maker.next(world),
    key: worldKey,
    check: (world) => brokenInState(world, maker.policy),
  });
  return { ...explored, seen: maker.seen };
}

describe('no execution without gate, lock, cooldown and approval', () => {
  const explored = new Map<Scenario, ReturnType<typeof run>>();
  const exploredOf = (scenario: Scenario): ReturnType<typeof run> => {
    const known = explored.get(scenario) ?? run(scenario);
    explored.set(scenario, known);
    return known;
  };

  for (const scenario of SCENARIOS) {
    it(`in any way that ${scenario.name} can go`, { timeout: TIMEOUT_MS }, ({ annotate }) => {
      const { violation, states, transitions, depth } = exploredOf(scenario);
      expect(violation).toBeNull();
      return annotate(`${states} states, ${transitions} transitions, ${depth} steps deep`);
    });
  }

  it('which are more than a million', { timeout: TIMEOUT_MS }, () => {
    const transitions = SCENARIOS.map((scenario) => exploredOf(scenario).transitions);
    expect(transitions.reduce((sum, count) => sum + count, 0)).toBeGreaterThan(LEAST_TRANSITIONS);
  });

  it('and in which actions move by all these events', { timeout: TIMEOUT_MS }, () => {
    const seen = new Set(SCENARIOS.flatMap((scenario) => [...exploredOf(scenario).seen]));
    expect([...seen].filter((way) => !isStill(way)).toSorted()).toMatchInlineSnapshot(`
      [
        "held -action.expired-> expired",
        "held -action.reviewed-> cancelled",
        "held -action.reviewed-> denied",
        "held -action.reviewed-> rejected",
        "held -action.reviewed-> scheduled",
        "held -action.reviewed-> shadowed",
        "idle -action.proposed-> denied",
        "idle -action.proposed-> held",
        "idle -action.proposed-> permitted",
        "idle -action.proposed-> scheduled",
        "permitted -action.executed-> executed",
        "permitted -action.expired-> expired",
        "permitted -action.failed-> failed",
        "permitted -action.uncertain-> uncertain",
        "scheduled -action.due-> denied",
        "scheduled -action.due-> held",
        "scheduled -action.due-> permitted",
        "scheduled -action.due-> shadowed",
        "scheduled -action.reviewed-> cancelled",
      ]
    `);
  });
});

/** The machine stayed where it was. */
function isStill(way: string): boolean {
  const [from, to] = way.split(/ -.*-> /);
  return from === to;
}

interface Planted {
  readonly scenario: Scenario;
  readonly mistakes: readonly Mistake[];
  readonly what: string;
  readonly kinds?: readonly Disturbance[];
  readonly disturbances?: number;
}

const PLANTED: readonly Planted[] = [
  {
    scenario: REVIEWED,
    mistakes: ['second_check_skipped'],
    kinds: ['take'],
    what: 'a person took over since the permit',
  },
  { scenario: REVIEWED, mistakes: ['second_check_skipped'], kinds: ['suppress'], what: 'the contact is suppressed' },
  { scenario: REVIEWED, mistakes: ['second_check_skipped'], kinds: ['opt_out'], what: 'the contact has opted out' },
  {
    scenario: REVIEWED,
    mistakes: ['second_check_skipped', 'database_check_skipped'],
    kinds: ['kill'],
    what: 'the kill switch is engaged',
  },
  {
    scenario: REVIEWED,
    mistakes: ['takeover_forgotten'],
    kinds: ['take', 'give_back'],
    disturbances: 2,
    what: 'a person took over since the permit',
  },
  { scenario: REVIEWED, mistakes: ['approval_for_any_draft'], what: 'nobody but the drafter approved this draft' },
  { scenario: REVIEWED, mistakes: ['agent_approves'], what: 'nobody but the drafter approved this draft' },
  { scenario: REVIEWED, mistakes: ['drafter_approves'], what: 'nobody but the drafter approved this draft' },
  {
    scenario: REVIEWED,
    mistakes: ['permit_used_twice', 'database_check_skipped'],
    what: 'the permit is used twice',
  },
  {
    scenario: REVIEWED,
    mistakes: ['expiry_ignored', 'second_check_skipped', 'database_check_skipped'],
    kinds: [],
    what: 'the permit has expired',
  },
  {
    scenario: REVIEWED,
    mistakes: ['newest_content_sent', 'second_check_skipped'],
    kinds: [],
    what: 'the gate passed other content',
  },
  { scenario: REVIEWED, mistakes: ['permitted_cancelled'], what: '0 reached the contact and its touch is not counted' },
  {
    scenario: REVIEWED,
    mistakes: ['report_lost'],
    what: '0 waits for ever: its permit is failed and nobody will say so',
  },
  {
    scenario: REVIEWED,
    mistakes: ['late_report'],
    kinds: [],
    what: '0 reached the contact and its touch is not counted',
  },
  { scenario: COMPETING, mistakes: ['touch_not_reserved'], what: '0 reached the contact and its touch is not counted' },
  {
    scenario: COMPETING,
    mistakes: ['cooldown_from_permit'],
    what: 'the contact was reached twice within its cooldown, 1 h apart',
  },
];

function variant({ scenario, kinds, disturbances }: Planted): Scenario {
  return {
    ...scenario,
    ...(kinds === undefined ? {} : { kinds }),
    ...(disturbances === undefined ? {} : { disturbances }),
  };
}

describe('a planted mistake is noticed', () => {
  for (const planted of PLANTED) {
    const title = `${planted.mistakes.map((mistake) => MISTAKES[mistake]).join(', and ')}: ${planted.what}`;
    it(title, { timeout: TIMEOUT_MS }, () => {
      expect(run(variant(planted), planted.mistakes).violation?.what).toBe(planted.what);
    });
  }

  it('each of them', () => {
    expect(new Set(PLANTED.flatMap(({ mistakes }) => mistakes))).toEqual(new Set(Object.keys(MISTAKES)));
  });

  it('by a shortest way', () => {
    expect(run(REVIEWED, ['agent_approves']).violation?.trace).toMatchInlineSnapshot(`
      [
        "start 1",
        "0 is proposed",
        "agent:x (agent) decides approve on 0",
        "time passes",
        "the timer of 0 fires",
        "0 hears action.due",
        "a worker claims 0",
      ]
    `);
  });
});

describe('the database is a second net', () => {
  const few = { ...REVIEWED, repeats: false, carelessReviewers: false };
  for (const [mistakes, kinds] of [
    [['permit_used_twice'], []],
    [['expiry_ignored', 'second_check_skipped'], []],
    [['second_check_skipped'], ['kill', 'release']],
  ] as const satisfies readonly (readonly [readonly Mistake[], readonly Disturbance[]])[]) {
    it(`when ${mistakes.map((mistake) => MISTAKES[mistake]).join(', and ')}`, { timeout: TIMEOUT_MS }, () => {
      expect(run({ ...few, kinds }, mistakes).violation).toBeNull();
    });
  }
});
