/** Loads the approved texts that decisions of a batch may learn from: a few for each signal and persona, with one look into an index for each. */
import type { LoadedExample } from '../../actors/examples/example-store.port.ts';
import { PERSONAS } from '../../domain/entity.ts';
import type { Wording } from '../../domain/example.ts';
import type { TenantId } from '../../domain/ids.ts';
import { exampleSignalsOf, tenantKey } from '../../domain/keys.ts';
import type { Message } from '../../domain/message.ts';
import { columns } from '../sql/columns.ts';
import type { SqlSession } from '../sql/sql.port.ts';

/** How many are looked at for each signal and persona. Steps and segments differ among them, and texts repeat. */
const LOOKED_AT = 12;

export interface ExampleRow extends Omit<LoadedExample, 'content'> {
  readonly content: string | null;
}

export const EXAMPLE_COLUMNS =
  'e.id, e.action, e.subject, e.action_type, e.step, e.signal, e.persona, e.objection, e.segment, e.edited, e.approved_at, e.content';

export function exampleOf({ content, ...row }: ExampleRow): LoadedExample {
  return { ...row, content: content === null ? null : (JSON.parse(content) as Wording) };
}

export async function loadExamples(
  session: SqlSession,
  messages: readonly Message[],
): Promise<ReadonlyMap<TenantId, readonly LoadedExample[]>> {
  const wanted = new Map<string, { readonly tenant: TenantId; readonly signal: string }>();
  for (const message of messages) {
    const { tenant } = message;
    for (const signal of exampleSignalsOf(message)) wanted.set(tenantKey(tenant, signal), { tenant, signal });
  }
  // Which play a sequence belongs to stands in its state.
  const touches = messages.filter(({ type, actor }) => type === 'sequence.step_due' && actor.kind === 'sequence');
  if (wanted.size === 0 && touches.length === 0) return new Map();
  const rows = await session.query<ExampleRow & { readonly tenant: TenantId }>(
    `SELECT w.tenant, e.* FROM (
       SELECT * FROM unnest($1::text[], $2::text[]) AS s (tenant, signal)
       UNION SELECT a.tenant, 'play:' || (a.context::json ->> 'play') FROM unnest($4::text[], $5::text[]) AS t (tenant, sequence)
       JOIN actor_state a ON a.tenant = t.tenant AND a.kind = 'sequence' AND a.id = t.sequence
     ) w CROSS JOIN unnest($3::text[]) AS p (persona)
     CROSS JOIN LATERAL (
       SELECT ${EXAMPLE_COLUMNS} FROM examples e
       WHERE e.tenant = w.tenant AND e.signal = w.signal AND e.persona = p.persona AND e.withdrawn_at IS NULL AND e.content IS NOT NULL
       ORDER BY e.edited DESC, e.approved_at DESC, e.id LIMIT ${LOOKED_AT}
     ) e`,
    [
      ...columns([...wanted.values()], [(w) => w.tenant, (w) => w.signal]),
      [...PERSONAS],
      ...columns(touches, [(t) => t.tenant, (t) => t.actor.id]),
    ],
  );
  const found = new Map<TenantId, LoadedExample[]>();
  for (const { tenant, ...row } of rows) {
    const examples = found.get(tenant) ?? [];
    found.set(tenant, examples);
    examples.push(exampleOf(row));
  }
  return found;
}
