/**
 * What accepted signals led to, for a sender that asked to wait. In one process the answer is there as soon as the signals are
 * accepted; with a broker between, it may take a moment, so it is looked for again until the time is up.
 */
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';

import type { AcceptResult, Caller, DecisionView, Services, TraceStep } from './services.port.ts';

export interface FollowedSignals {
  readonly decisions: readonly DecisionView[];
  readonly triage: readonly (TraceStep & { readonly signal: string })[];
}

type Accepted = Extract<AcceptResult, { readonly status: 'accepted' }>;

const CONCURRENCY = 8;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 500;
const DECISIONS_MAX = 200;

/** Null when the time ran out before every signal had been triaged, or when the sender went away. */
export async function followSignals(
  services: Services,
  caller: Caller,
  accepted: readonly Accepted[],
  waitMs: number,
  isGone: () => boolean,
): Promise<FollowedSignals | null> {
  const deadline = performance.now() + waitMs;
  const found: FollowedSignals[] = Array.from({ length: accepted.length }, () => ({ decisions: [], triage: [] }));
  const rest = accepted.entries();
  let isComplete = true;

  const work = async (): Promise<void> => {
    for (const [index, signal] of rest) {
      const followed = await followOne(services, caller, signal, () => isGone() || performance.now() >= deadline);
      if (followed === null) isComplete = false;
      else found[index] = followed;
      if (!isComplete) return;
    }
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENCY, accepted.length) }, work));
  if (!isComplete) return null;
  return { decisions: found.flatMap((item) => item.decisions), triage: found.flatMap((item) => item.triage) };
}

async function followOne(
  services: Services,
  caller: Caller,
  signal: Accepted,
  isOver: () => boolean,
): Promise<FollowedSignals | null> {
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause * 2, LONGEST_PAUSE_MS)) {
    const found = await lookUp(services, caller, signal);
    if (found !== null) return found;
    if (isOver()) return null;
    await sleep(pause);
  }
}

async function lookUp(services: Services, caller: Caller, signal: Accepted): Promise<FollowedSignals | null> {
  if (signal.decisions.length > 0) {
    const decisions = await Promise.all(signal.decisions.map((id) => services.getDecision(caller, id)));
    return { decisions, triage: [] };
  }
  const { correlation } = signal;
  // Without a correlation there is nothing to look for, however long one waits.
  if (correlation === null) return { decisions: [], triage: [] };
  const { items } = await services.listDecisions(caller, { limit: DECISIONS_MAX, cursor: null, correlation });
  if (items.length > 0) return { decisions: items, triage: [] };
  const steps = await services.traceCorrelation(caller, correlation);
  const triage = steps.filter(({ step }) => step === 'triage').map((step) => ({ ...step, signal: signal.id }));
  return triage.length === 0 ? null : { decisions: [], triage };
}
