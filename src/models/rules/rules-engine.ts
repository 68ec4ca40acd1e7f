/**
 * The embedded decision engine: it scores what could be done about a subject, takes one, and says why in plain words. It needs no
 * network and no model, answers in microseconds, and the same input always gives the same answer, so its decisions replay exactly.
 * Its version stands for all points, thresholds and texts in this folder: change one and raise it, because trust is bound to it.
 */
import type { DecisionEngine, DecisionInput, DecisionOutput } from '../../actors/decision-engine.port.ts';
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Choice } from '../../domain/candidate.ts';
import { wordedDraftOf, wordedTouchOf } from './approved-wording.ts';
import { candidatesFor } from './candidates.ts';
import type { ScoredAction } from './candidates.ts';
import { confidenceOf } from './confidence.ts';
import { drawCandidate } from './exploration.ts';
import { hundredths } from './hundredths.ts';
import { restsOn, whyCited } from './objection.ts';
import { assessmentOf, situationOf } from './situation.ts';

export const RULES_ENGINE_VERSION = 'rules@3';

/** Version 1 saw no approved texts and no objections, version 2 not in touches of sequences; in all else they decided as this one does. */
const FIRST_VERSION = 'rules@1';
const SECOND_VERSION = 'rules@2';

const WORDED_AS_APPROVED = ' Worded as people approved it before.';

function titleOf(actionType: ScoredAction['actionType']): string {
  return actionType === 'none' ? 'Do nothing' : ACTION_TYPE_SPECS[actionType].title;
}

/** The candidate, other than `chosen`, that scored highest; undefined when there is no other. */
function rivalOf(candidates: readonly ScoredAction[], chosen: number): ScoredAction | undefined {
  let rival: ScoredAction | undefined;
  for (const [index, candidate] of candidates.entries()) {
    if (index !== chosen && (rival === undefined || candidate.score > rival.score)) rival = candidate;
  }
  return rival;
}

function marginWords(margin: number, rival: ScoredAction | undefined, explored: boolean): string {
  if (rival === undefined) return 'Nothing else may be proposed here.';
  const title = titleOf(rival.actionType);
  if (margin < 0) return `Drawn for comparison, although "${title}" scored ${-margin} points more.`;
  if (explored) return `Drawn for comparison, level with "${title}".`;
  return margin === 0
    ? `Level with "${title}", and before it in the catalogue.`
    : `${margin} points ahead of "${title}".`;
}

function decide(input: DecisionInput, engine = RULES_ENGINE_VERSION): DecisionOutput {
  const situation = situationOf(input);
  const scored = candidatesFor(situation);
  const { best, chosen, propensities } = drawCandidate(
    scored.map((candidate) => candidate.score),
    input.policy.exploration,
    input.seed,
  );
  const taken = scored[chosen];
  if (taken === undefined) throw new Error('doing nothing is always a candidate');
  const rival = rivalOf(scored, chosen);
  const margin = hundredths(taken.score - (rival?.score ?? 0));
  const { assessment, objection } = situation;
  const { content, example } = wordedDraftOf(taken.actionType, situation);
  const choice: Choice = {
    engine,
    candidates: scored.map(({ actionType, channel, score, reason }, index) => ({
      action_type: actionType,
      channel,
      score,
      propensity: propensities[index] ?? 0,
      reason,
    })),
    chosen,
    confidence: confidenceOf(margin, assessment.fit.coverage),
    reason: `${taken.reason}. ${marginWords(margin, rival, chosen !== best)}${example === null ? '' : WORDED_AS_APPROVED}`,
    assessment,
    seed: input.seed,
    ...(objection === null || !restsOn(objection, taken.actionType)
      ? {}
      : { notes: [{ note: objection.objection.note, why: whyCited(objection) }] }),
    ...(example === null ? {} : { example }),
  };
  return { choice, content };
}

/** The engine of a new installation. It holds no state, so one serves every tenant. */
export function createRulesEngine(): DecisionEngine {
  return {
    version: RULES_ENGINE_VERSION,
    decide: (input) => decide(input),
    draft: (actionType, input, place) => wordedTouchOf(actionType, situationOf(input), place),
    assess: assessmentOf,
    earlier: [
      { version: SECOND_VERSION, decide: (input) => decide(input, SECOND_VERSION) },
      { version: FIRST_VERSION, decide: (input) => decide({ ...input, examples: [], objections: [] }, FIRST_VERSION) },
    ],
  };
}
