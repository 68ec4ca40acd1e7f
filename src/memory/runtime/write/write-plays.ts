/** Writes what brains found, and each step of each play in its order, because the database checks every one. */
import type { AnalysisRow, PlayRow } from '../../../actors/plays/play-store.port.ts';
import type { CommitPlan, Loaded } from '../../../actors/runtime-store.port.ts';
import { canonicalJson } from '../../../domain/json.ts';
import { actorKey } from '../../../domain/keys.ts';
import type { SqlValue } from '../../sql/sql.port.ts';
import type { Writes } from './writes.ts';

type Column<Row> = readonly [name: string, value: (row: Row) => SqlValue, cast?: 'jsonb' | 'date' | 'numeric'];

const ANALYSIS_COLUMNS: readonly Column<AnalysisRow>[] = [
  ['tenant', (a) => a.tenant],
  ['proposal_id', (a) => a.proposal_id],
  ['created_at', (a) => a.created_at],
  ['writer_agent_id', (a) => a.brain],
  ['account_id', (a) => a.account],
  ['question', (a) => a.question],
  ['model_id', (a) => a.model_id],
  ['system_prompt_hash', (a) => a.system_prompt_hash],
  ['sources_read', (a) => canonicalJson(a.sources_read), 'jsonb'],
  ['narrative_output', (a) => a.narrative_output],
  ['proposed_actions', (a) => canonicalJson(a.proposed_actions), 'jsonb'],
  ['confidence_flags', (a) => canonicalJson(a.confidence_flags), 'jsonb'],
  ['data_staleness_acknowledged', (a) => a.data_staleness_acknowledged],
  ['tool_calls', (a) => canonicalJson(a.tool_calls), 'jsonb'],
  ['input_tokens', (a) => a.input_tokens],
  ['output_tokens', (a) => a.output_tokens],
  ['cost_usd_estimate', (a) => a.cost_usd_estimate, 'numeric'],
  ['written_by', (a) => a.by],
];

const PLAY_COLUMNS: readonly Column<PlayRow>[] = [
  ['tenant', (p) => p.tenant],
  ['play_id', (p) => p.play_id],
  ['state', (p) => p.state],
  ['scope', (p) => p.scope],
  ['segment', (p) => p.segment],
  ['account_id', (p) => p.account_id],
  ['name', (p) => p.name],
  ['hypothesis', (p) => p.hypothesis],
  ['target_definition', (p) => canonicalJson(p.target_definition), 'jsonb'],
  ['suggested_cadence', (p) => canonicalJson(p.suggested_cadence), 'jsonb'],
  ['success_criteria', (p) => canonicalJson(p.success_criteria), 'jsonb'],
  ['drafted', (p) => canonicalJson(p.drafted), 'jsonb'],
  ['originating_proposal_id', (p) => p.originating_proposal_id],
  ['writer_agent_id', (p) => p.writer_agent_id],
  ['created_at', (p) => p.created_at],
  ['picked_up_by_user_id', (p) => p.picked_up_by_user_id],
  ['picked_up_at', (p) => p.picked_up_at],
  ['revision', (p) => p.revision],
  ['edits_during_review', (p) => canonicalJson(p.edits_during_review), 'jsonb'],
  ['slm_approver_user_id', (p) => p.slm_approver_user_id],
  ['revops_approver_user_id', (p) => p.revops_approver_user_id],
  ['activated_at', (p) => p.activated_at],
  ['active_period_start', (p) => p.active_period_start, 'date'],
  ['active_period_end', (p) => p.active_period_end, 'date'],
  ['retired_at', (p) => p.retired_at],
  ['retired_by_user_id', (p) => p.retired_by_user_id],
  ['retire_reason', (p) => p.retire_reason],
  ['retrospective_outcomes', (p) => canonicalJson(p.retrospective_outcomes), 'jsonb'],
];

function insertOf<Row>(table: string, columns: readonly Column<Row>[]): string {
  const names = columns.map(([name]) => name).join(', ');
  return `INSERT INTO ${table} (${names}) VALUES (${columns.map(parameter).join(', ')}) RETURNING 1`;
}

/** JSON and exact numbers travel as text, byte for byte. */
function parameter<Row>([, , cast]: Column<Row>, index: number): string {
  return cast === undefined ? `$${index + 1}` : `$${index + 1}::text::${cast}`;
}

const INSERT_ANALYSIS = insertOf('brain_analysis_log', ANALYSIS_COLUMNS);
const INSERT_PLAY = insertOf('plays', PLAY_COLUMNS);
const UPDATE_PLAY = `UPDATE plays SET ${PLAY_COLUMNS.map(
  (column, index) => `${column[0]} = ${parameter(column, index)}`,
)
  .slice(2)
  .join(', ')} WHERE tenant = $1 AND play_id = $2 RETURNING 1`;

export function writePlays(writes: Writes, plan: CommitPlan, loaded: Loaded): void {
  for (const row of plan.analyses)
    writes.expect(
      'an analysis',
      INSERT_ANALYSIS,
      ANALYSIS_COLUMNS.map(([, value]) => value(row)),
      1,
    );
  const written = new Set<string>();
  for (const row of plan.plays) {
    const key = actorKey(row.tenant, 'play', row.play_id);
    const isKnown = written.has(key) || (loaded.actors.get(key)?.seq ?? 0) > 0;
    writes.expect(
      'a play',
      isKnown ? UPDATE_PLAY : INSERT_PLAY,
      PLAY_COLUMNS.map(([, value]) => value(row)),
      1,
    );
    written.add(key);
  } // The database deletes what an event on the ledger says.
  for (const { tenant, play, partition, seq } of plan.playPurges) {
    writes.send('INSERT INTO play_purges (tenant, play_id, partition, seq) VALUES ($1, $2, $3, $4)', [
      tenant,
      play,
      partition,
      seq,
    ]);
    writes.send(`DELETE FROM cadence_event_log WHERE tenant = $1 AND play_id = $2 AND actor_kind = 'sequence'`, [
      tenant,
      play,
    ]);
    writes.expect('a play', 'DELETE FROM plays WHERE tenant = $1 AND play_id = $2 RETURNING 1', [tenant, play], 1);
  }
}
