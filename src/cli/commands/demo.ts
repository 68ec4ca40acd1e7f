import type { Policy } from '../../domain/policy.ts';
import { EXIT, refuseMore, textOption, verbOf } from '../command.ts';
import type { Command, CommandContext, ExitCode } from '../command.ts';
/** `gatehouse demo`: a server with a small world that keeps things happening, or one scenario from its beginning to its end. */
import { BLOCKED_OUTREACH_POLICY, playBlockedOutreach } from '../demo/blocked-outreach.ts';
import { Scene } from '../demo/scene.ts';
import { openStage } from '../demo/stage.ts';
import type { Stage } from '../demo/stage.ts';
import { playTwoLanes, TWO_LANES_POLICY } from '../demo/two-lanes.ts';
import type { Paint } from '../terminal.ts';
import { serveDemo } from './serve.ts';

interface Scenario {
  readonly title: string;
  readonly policy: Policy;
  readonly play: (scene: Scene, stage: Stage, paint: Paint) => Promise<void>;
}

const SCENARIOS = {
  'blocked-outreach': {
    title: 'From a draft that is held to the next account that begins better',
    policy: BLOCKED_OUTREACH_POLICY,
    play: playBlockedOutreach,
  },
  'two-lanes': {
    title: 'What one lane hears, the other acts on, and one message goes out',
    policy: TWO_LANES_POLICY,
    play: playTwoLanes,
  },
} as const satisfies Record<string, Scenario>;
const NAMES = Object.keys(SCENARIOS) as (keyof typeof SCENARIOS)[];

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Run the server with a demo tenant and a small world, or play one scenario step by step',
  usage: `gatehouse demo\ngatehouse demo ${NAMES.join('|')} [--data FOLDER]`,
  examples: [
    'gatehouse demo',
    'GATEHOUSE_PORT=5000 gatehouse demo',
    'gatehouse demo blocked-outreach',
    'gatehouse demo blocked-outreach --data ./outreach',
    'gatehouse demo two-lanes --json',
  ],
  options: {
    data: {
      type: 'string',
      meaning:
        'An empty folder in which what a scenario does stays; a temporary one is used and deleted if it is left out.',
    },
  },
  run(context, args, options) {
    if (args.length === 0) return serveDemo(context);
    const name = verbOf('demo', args, NAMES);
    refuseMore(args, 1);
    return play(context, name, textOption(options, 'data') ?? null);
  },
};

async function play(context: CommandContext, name: keyof typeof SCENARIOS, folder: string | null): Promise<ExitCode> {
  const { title, policy, play: playScenario } = SCENARIOS[name];
  const { paint } = context.terminal;
  const out = (text: string): void => {
    if (!context.json) context.out(text);
  };
  out(
    `${paint('bold', title)}\nA server of its own on an embedded database, in sandbox mode: nothing is sent to anybody.`,
  );
  const scene = new Scene(out, paint);
  const stage = await openStage(context, folder, policy);
  try {
    await playScenario(scene, stage, paint);
  } finally {
    await stage.close();
  }
  const { ok, played } = scene;
  if (context.json) context.out(JSON.stringify({ scenario: name, ok, data: folder, steps: played }));
  else {
    out(ok ? `\n${paint('green', 'All of it happened.')}` : `\n${paint('red', 'It ended early.')}`);
    if (folder !== null)
      out(`It stays in ${folder}: GATEHOUSE_DATA_DIR=${folder} gatehouse demo shows it, in the console too.`);
  }
  return ok ? EXIT.ok : EXIT.problemFound;
}
