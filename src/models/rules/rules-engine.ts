/**
 * The embedded decision engine: it scores what could be done about a subject, takes one, and says why in plain words. It needs no
 * network and no model, answers in microseconds, and the same input always gives the same answer, so its decisions replay exactly.
 * Its version stands for all points, thresholds and texts in this folder: change one and raise it, because trust is bound to it.
 */
import type { DecisionEngine, DecisionInput, DecisionOutput } from '../../actors/decision-engine.port.ts';
import { ACTION_TYPE_SPECS } from '../../domain/action-types.ts';
import type { Choice } from '../../domain/candidate.ts';
import { candidatesFor } from './candidates.ts';
import type { ScoredAction } from './candidates.ts';
import { confidenceOf } from './confidence.ts';
import { draftOf, touchDraftOf } from './draft.ts';
import { drawCandidate } from './exploration.ts';
import { hundredths } from './hundredths.ts';
import { assessmentOf, situationOf } from './situation.ts';

export const RULES_ENGINE_VERSION = 'rules@1';

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

function decide(input: DecisionInput): DecisionOutput {
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
  const { assessment } = situation;
  const choice: Choice = {
    engine: RULES_ENGINE_VERSION,
    candidates: scored.map(({ actionType, channel, score, reason }, index) => ({
      action_type: actionType,
      channel,
      score,
      propensity: propensities[index] ?? 0,
      reason,
    })),
    chosen,
    confidence: confidenceOf(margin, assessment.fit.coverage),
    reason: `${taken.reason}. ${marginWords(margin, rival, chosen !== best)}`,
    assessment,
    seed: input.seed,
  };
  return { choice, content: draftOf(taken.actionType, situation) };
}

/** The engine of a new installation. It holds no state, so one serves every tenant. */
export function createRulesEngine(): DecisionEngine {
  return {
    version: RULES_ENGINE_VERSION,
    decide,
    draft: (actionType, input, place) => touchDraftOf(actionType, situationOf(input), place),
    assess: assessmentOf,
  };
}
