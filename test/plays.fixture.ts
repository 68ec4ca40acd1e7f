/** People with authorities, brains, and what they write, for tests of plays. */
import type { Authority } from '../src/domain/authority.ts';
import type { Brain } from '../src/domain/brain.ts';
import type { AnalysisInput, PlayProposal, PlayView } from '../src/gateway/play-services.port.ts';
import type { Caller } from '../src/gateway/services.port.ts';
import type { TestApp } from './app.fixture.ts';

/** Somebody with a key of their own, as the gateway would know them. */
export async function withKey(
  { app, caller }: TestApp,
  label: string,
  who: { readonly authorities: readonly Authority[] } | { readonly brain: Brain },
): Promise<Caller & { readonly key: string }> {
  const isBrain = 'brain' in who;
  const { key } = await app.services.createKey(caller, {
    label,
    ...(isBrain ? { role: 'brain', kind: 'brain' } : { role: 'reviewer', kind: 'person' }),
    ...who,
  });
  const known = await app.services.authenticate(key);
  if (known === null) throw new Error('a key that was just made is known');
  return { ...known, key };
}

let made = 0;
export function analysis(changes: Partial<AnalysisInput> = {}): AnalysisInput {
  made += 1;
  return {
    id: `run-${made}`,
    account: null,
    question: 'Why is commercial_mm behind plan?',
    model_id: 'model-1',
    system_prompt_hash: 'sha256:0123',
    sources_read: [
      {
        source_index: 1,
        view: 'pipeline_by_segment',
        last_refresh_at: new Date().toISOString(),
        staleness_threshold_hours: 24,
      },
    ],
    narrative_output: 'Meetings fell by a third since September [src:1].',
    proposed_actions: [
      { action_type: 'draft_play', justification: 'Champions who moved.', lever: 'AGT-302', source_indices: [1] },
    ],
    confidence_flags: ['inference'],
    data_staleness_acknowledged: false,
    tool_calls: [{ tool: 'pipeline_by_segment', status: 'ok' }],
    input_tokens: 21_000,
    output_tokens: 1_900,
    cost_usd_estimate: '0.0910',
    ...changes,
  };
}

export const CONTENT: PlayProposal['content'] = {
  name: 'Champions who moved',
  hypothesis: 'A champion who moved to a company of the segment buys again within two quarters.',
  target_definition: { icp_tiers: ['T1'], verticals: ['FinTech'] },
  suggested_cadence: { steps: [{ day: 0, channel: 'email', purpose: 'Congratulate, and ask about plans.' }] },
  success_criteria: { meeting_rate: 0.1, evaluate_after_days: 45 },
};

export function draft(proposal: string, segment: string | null, changes: Partial<PlayProposal['content']> = {}) {
  made += 1;
  const content = { ...CONTENT, ...changes };
  return { id: `draft-${made}`, originating_proposal_id: proposal, segment, content };
}

/** An active play, with everybody whom it takes. */
export async function activatePlay(system: TestApp): Promise<void> {
  const { plays } = system.app.services;
  const brain = await withKey(system, 'pipeline brain', { brain: 'AGT-901' });
  const slm = await withKey(system, 'Ana', { authorities: ['SLM'] });
  const revOps = await withKey(system, 'Bo', { authorities: ['RevOps'] });
  const { proposal_id: proposal } = await plays.logAnalysis(brain, analysis());
  const { id } = await almostActive(system, brain, slm, proposal, 'commercial_mm');
  await plays.approve(revOps, id, { revision: 0, authority: null });
}

/** A play of the segment that lacks the approval of RevOps only. */
export async function almostActive(
  { app }: TestApp,
  brain: Caller,
  slm: Caller,
  proposal: string,
  segment: string | null,
): Promise<PlayView> {
  const { plays } = app.services;
  const { id } = await plays.propose(brain, draft(proposal, segment));
  await plays.pickUp(slm, id);
  return plays.approve(slm, id, { revision: 0, authority: null });
}
