import { describe, expect, it } from 'vitest';

import { BRAIN_ACTIONS, BRAINS } from '../domain/brain.ts';
import type { Analysis } from '../domain/brain.ts';
import { HOUR_MS } from '../domain/instant.ts';
import { analysisFaults, isStaleSource } from './analysis-faults.ts';

const NOW = 1_000 * HOUR_MS;
const SOURCE = { source_index: 1, view: 'pipeline', last_refresh_at: NOW - HOUR_MS, staleness_threshold_hours: 24 };
const OLD = { ...SOURCE, last_refresh_at: NOW - 25 * HOUR_MS };
const GOOD: Analysis = {
  proposal_id: 'pro_1',
  brain: 'AGT-901',
  account: null,
  question: 'Why?',
  model_id: 'model-1',
  system_prompt_hash: 'h',
  sources_read: [SOURCE],
  narrative_output: 'Meetings fell [src:1].',
  proposed_actions: [{ action_type: 'draft_play', justification: 'j', lever: null, source_indices: [1] }],
  confidence_flags: [],
  data_staleness_acknowledged: false,
  tool_calls: [],
  input_tokens: 1,
  output_tokens: 1,
  cost_usd_estimate: '0.01',
  by: 'brain:pipeline',
};
const pointersOf = (changes: Partial<Analysis>) =>
  analysisFaults({ ...GOOD, ...changes }, NOW).map(({ pointer }) => pointer);
const suggesting = (action: string, indices: number[] = []) => ({
  proposed_actions: [{ action_type: action, justification: 'j', lever: null, source_indices: indices }],
});

describe('an analysis', () => {
  it('may be logged when every citation resolves and every source is fresh', () => {
    expect(pointersOf({})).toEqual([]);
    expect(pointersOf({ narrative_output: 'No citation at all.' })).toEqual([]);
  });

  it.each(['As in [src:2].', 'As in [src:01].', 'As in [src:].', 'As in [src: 1].', 'As in [src:1'])(
    'must not cite what was not read: %s',
    (narrative) => {
      const faults = pointersOf({ narrative_output: narrative });
      // A citation that was not closed still names the source.
      expect(faults).toEqual(narrative.endsWith('[src:1') ? [] : ['/narrative_output']);
    },
  );

  it('numbers each source once, and rests suggestions on what was read', () => {
    expect(pointersOf({ sources_read: [SOURCE, SOURCE] })).toEqual(['/sources_read']);
    expect(pointersOf(suggesting('none', [3]))).toEqual(['/proposed_actions/0/source_indices']);
  });

  it('tells of stale sources, in its flag and in its words', () => {
    const sources = { sources_read: [OLD] };
    expect(pointersOf(sources)).toEqual(['/data_staleness_acknowledged']);
    expect(pointersOf({ ...sources, data_staleness_acknowledged: true })).toEqual(['/narrative_output']);
    const told = { data_staleness_acknowledged: true, narrative_output: 'The data is out of date [src:1].' };
    expect(pointersOf({ ...sources, ...told })).toEqual([]);
    expect(pointersOf({ ...told, narrative_output: 'A stalemate [src:1].' })).toEqual(['/narrative_output']);
  });

  it('suggests what its brain may suggest', () => {
    for (const brain of BRAINS)
      for (const action of new Set(BRAINS.flatMap((item) => BRAIN_ACTIONS[item])))
        expect([brain, action, pointersOf({ brain, ...suggesting(action) }).length]).toEqual([
          brain,
          action,
          BRAIN_ACTIONS[brain].includes(action) ? 0 : 1,
        ]);
    expect(pointersOf(suggesting('send_gift'))).toEqual(['/proposed_actions/0/action_type']);
  });

  it('names nobody by an address', () => {
    expect(pointersOf({ narrative_output: 'Ask maria@acme.com [src:1].' })).toEqual(['/narrative_output']);
    expect(pointersOf({ question: 'What about maria@acme.com?' })).toEqual(['/question']);
  });
});

it('a source is stale when it is older than its threshold, not at it', () => {
  expect(isStaleSource(SOURCE, SOURCE.last_refresh_at + 24 * HOUR_MS)).toBe(false);
  expect(isStaleSource(SOURCE, SOURCE.last_refresh_at + 24 * HOUR_MS + 1)).toBe(true);
});
