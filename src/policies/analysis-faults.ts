/**
 * What the log of brains refuses: a citation of a source that was not read, a stale source that the narrative does not disclose, and a
 * suggestion outside the brain's list. The database checks the same. Source: GTM OS BrainAnalysisLog, v27.
 */
import { BRAIN_ACTIONS } from '../domain/brain.ts';
import type { Analysis, SourceRead } from '../domain/brain.ts';
import type { Fault } from '../domain/errors.ts';
import { HOUR_MS } from '../domain/instant.ts';

/** What comes after `[src:` up to the bracket; a citation that is not closed takes in whatever follows it. */
const CITATION = /\[src:([^\]]*)\]?/g;
const DISCLOSURE = /\b(stale|out of date|outdated|not refreshed since)\b/i;
const ADDRESS = /[^\s@]+@[^\s@]+\.[^\s@]+/;

/** Whether a source was older than its threshold at that time, whatever the brain says of it. */
export function isStaleSource(source: SourceRead, at: number): boolean {
  return at - source.last_refresh_at > source.staleness_threshold_hours * HOUR_MS;
}

/** Everything that is wrong with an analysis that is logged at a time; nothing when it may be logged. */
export function analysisFaults(analysis: Analysis, at: number): readonly Fault[] {
  const { brain, sources_read: sources, narrative_output: narrative, proposed_actions: actions } = analysis;
  const faults: Fault[] = [];
  const known = new Set(sources.map((source) => String(source.source_index)));
  if (known.size < sources.length)
    faults.push({ pointer: '/sources_read', detail: 'has two sources with one source_index; number each once' });
  for (const [citation, index = ''] of narrative.matchAll(CITATION))
    if (!known.has(index))
      faults.push({ pointer: '/narrative_output', detail: `cites ${citation}, and no source_read has that index` });
  for (const [place, action] of actions.entries()) {
    if (!BRAIN_ACTIONS[brain].includes(action.action_type))
      faults.push({
        pointer: `/proposed_actions/${place}/action_type`,
        detail: `is not in the list of ${brain}: ${BRAIN_ACTIONS[brain].join(', ')}`,
      });
    for (const index of action.source_indices)
      if (!known.has(String(index)))
        faults.push({
          pointer: `/proposed_actions/${place}/source_indices`,
          detail: `names ${index}, which was not read`,
        });
  }
  const stale = sources.filter((source) => isStaleSource(source, at));
  if (stale.length > 0 && !analysis.data_staleness_acknowledged)
    faults.push({
      pointer: '/data_staleness_acknowledged',
      detail: `must be true: ${stale.map((source) => source.view).join(', ')} is older than its threshold`,
    });
  if (analysis.data_staleness_acknowledged && !DISCLOSURE.test(narrative))
    faults.push({
      pointer: '/narrative_output',
      detail: 'must tell the reader that data is stale, in words such as "stale" or "out of date"',
    });
  for (const [pointer, text] of [
    ['/narrative_output', narrative],
    ['/question', analysis.question],
  ] as const)
    if (ADDRESS.test(text)) faults.push({ pointer, detail: 'must name people by their ids, never by an address' });
  return faults;
}
