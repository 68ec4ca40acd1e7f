/** Settles the account of a run: what callers were promised and what really left, against what the database says. */
import type { Sql } from '../../src/memory/sql/sql.port.ts';
import type { Delivery } from '../smtp-sink.ts';
import type { Accepted } from './load.ts';

export interface Account {
  readonly accepted: number;
  readonly processed: number;
  readonly parked: number;
  /** Accepted, and not processed to an end. */
  readonly lost: readonly string[];
  readonly actions: { readonly [state: string]: number };
  readonly mails: number;
  /** Permits whose message arrived twice, people who got two, and tasks in the sandbox that were done without an attempt on record. */
  readonly doubled: readonly string[];
  /** Actions whose record says something else than the mail server: `executed` and not there, `failed` and there. */
  readonly untrue: readonly string[];
  readonly uncertain: { readonly deliveredOnce: number; readonly notDelivered: number; readonly unexplained: number };
}

/** States in which an action has come to its end, or waits for a person, an hour, or a word from the mail server's log. */
const SETTLED = new Set([
  'executed',
  'failed',
  'uncertain',
  'denied',
  'expired',
  'cancelled',
  'rejected',
  'shadowed',
  'held',
  'scheduled',
]);

interface ActionRow {
  readonly id: string;
  readonly state: string;
  readonly permit: string | null;
  readonly mode: string | null;
}

export async function settle(sql: Sql, accepted: Accepted, deliveries: readonly Delivery[]): Promise<Account> {
  const rows = <Row extends object>(text: string) => sql.asOwner((session) => session.query<Row>(text));
  const inbox = await rows<{ id: string; state: string; source: string }>(
    `SELECT id, state, source FROM inbox WHERE state <> 'pending'`,
  );
  const states = new Map(inbox.map((row) => [row.id, row.state]));
  const promised = [...accepted.signals, ...accepted.proposals];
  const missing = promised.filter((id) => !states.has(id));

  const actions = await rows<ActionRow>(
    `SELECT a.id, a.value AS state, p.id AS permit, p.mode FROM actor_state a
     LEFT JOIN (SELECT DISTINCT ON (tenant, action) tenant, action, id, mode FROM permits ORDER BY tenant, action, granted_at DESC) p
       ON p.tenant = a.tenant AND p.action = a.id
     WHERE a.kind = 'action'`,
  );
  const unsettled = actions.filter((action) => !SETTLED.has(action.state));

  const arrived = new Map<string, number>();
  const people = new Map<string, number>();
  for (const { messageId, to } of deliveries) {
    // The Message-ID begins with the permit, and ends with tenant, installation and domain.
    const permit = messageId.slice(1).split('.default.')[0] ?? '';
    arrived.set(permit, (arrived.get(permit) ?? 0) + 1);
    people.set(to, (people.get(to) ?? 0) + 1);
  }
  const sandboxed = await rows<{ permit: string | null; state: string | null; key: string | null }>(
    `SELECT e.permit, e.state, d.idempotency_key AS key FROM executions e
     JOIN permits p ON p.tenant = e.tenant AND p.id = e.permit AND p.mode = 'sandbox'
     FULL JOIN sandbox_deliveries d ON d.idempotency_key = e.permit WHERE (e.state IS NOT DISTINCT FROM 'sent') <> (d.idempotency_key IS NOT NULL)`,
  );

  const live = actions.filter((action) => action.mode === 'live' && action.permit !== null);
  const timesOf = (action: ActionRow) => arrived.get(action.permit ?? '') ?? 0;
  const uncertain = live.filter((action) => action.state === 'uncertain');
  const known = new Set(live.map((action) => action.permit));
  return {
    accepted: promised.length,
    processed: promised.filter((id) => states.get(id) === 'processed').length,
    parked: promised.filter((id) => states.get(id) === 'parked').length,
    lost: [...missing, ...unsettled.map((action) => `action ${action.id} is ${action.state}`)],
    actions: Object.fromEntries(
      [...Map.groupBy(actions, (action) => action.state)].map(([state, list]) => [state, list.length]),
    ),
    mails: deliveries.length,
    doubled: [
      ...[...arrived]
        .filter(([, times]) => times > 1)
        .map(([permit, times]) => `permit ${permit} arrived ${times} times`),
      ...[...people].filter(([, times]) => times > 1).map(([to, times]) => `${to} got ${times} messages`),
      ...[...arrived.keys()]
        .filter((permit) => !known.has(permit))
        .map((permit) => `no action stands behind ${permit}`),
      ...sandboxed.filter((row) => row.permit === null).map((row) => `sandbox delivery ${row.key} has no attempt`),
    ],
    untrue: [
      ...live
        .filter((action) => action.state === 'executed' && timesOf(action) === 0)
        .map((action) => `${action.id} says executed, and nothing arrived`),
      ...live
        .filter((action) => ['failed', 'expired', 'cancelled'].includes(action.state) && timesOf(action) > 0)
        .map((action) => `${action.id} says ${action.state}, and its message arrived`),
      // The sandbox can be asked what it did, so none of its attempts may stay uncertain.
      ...sandboxed
        .filter((row) => row.permit !== null)
        .map(
          (row) => `permit ${row.permit} says ${row.state}, and the sandbox has ${row.key === null ? 'nothing' : 'it'}`,
        ),
    ],
    uncertain: {
      deliveredOnce: uncertain.filter((action) => timesOf(action) === 1).length,
      notDelivered: uncertain.filter((action) => timesOf(action) === 0).length,
      unexplained: uncertain.filter((action) => timesOf(action) > 1).length,
    },
  };
}
