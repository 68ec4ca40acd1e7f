import type { KeyObject } from 'node:crypto';

import type { CommitPlan, Loaded, StoredActor, StoredGuard } from '../../actors/runtime-store.port.ts';
import { RetryableError } from '../../domain/errors.ts';
import type { Hash } from '../../domain/ids.ts';
import { eventIdOf } from '../../domain/ids.ts';
import { canonicalJson } from '../../domain/json.ts';
/** Writes the plan of a batch: one statement per table, each checking what the plan assumed. */
import { actorKey, tenantKey } from '../../domain/keys.ts';
import { ledgerHash } from '../../domain/ledger-event.ts';
import { sha256 } from '../sha256.ts';
import { columns } from '../sql/columns.ts';
import type { SqlSession, SqlValue } from '../sql/sql.port.ts';
import type { SubjectRef, SubjectVault } from '../vault/subject-vault.ts';

interface Head {
  readonly partition: number;
  readonly seq: number;
  readonly hash: string;
}

/** Runs a statement over rows and insists that it touched every one of them. */
async function expectAll(
  session: SqlSession,
  what: string,
  text: string,
  params: readonly SqlValue[],
  count: number,
): Promise<void> {
  const rows = await session.query(text, params);
  if (rows.length !== count)
    throw new RetryableError(`${what}: ${rows.length} of ${count} rows were as the plan expected; nothing was written`);
}

async function writeLedger(
  session: SqlSession,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
  heads: ReadonlyMap<number, Head>,
): Promise<void> {
  const chain = new Map<number, { seq: number; hash: Hash }>();
  const rows = plan.drafts.map(({ header, body, sealed }) => {
    const previous = chain.get(header.partition) ?? { hash: heads.get(header.partition)?.hash as Hash };
    const bodyText = canonicalJson(body);
    const sealedText =
      sealed === null
        ? null
        : vault.sealWith(
            keys,
            { tenant: header.tenant, subject: sealed.subject },
            eventIdOf(header.partition, header.seq),
            sealed.text,
          );
    const hash = ledgerHash(header, bodyText, sealedText, previous.hash, sha256);
    chain.set(header.partition, { seq: header.seq, hash });
    return {
      header,
      bodyText,
      sealedText,
      sealedSubject: sealedText === null ? null : (sealed?.subject ?? null),
      prevHash: previous.hash,
      hash,
    };
  });
  if (rows.length === 0) return;
  await session.query(
    `INSERT INTO ledger (partition, seq, tenant, type, schema_version, actor_kind, actor_id, actor_seq, scope, at, causation, correlation, batch,
       body, sealed, sealed_subject, prev_hash, hash)
     SELECT * FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::bigint[], $9::text[],
       $10::bigint[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[], $17::text[], $18::text[])`,
    columns(rows, [
      (r) => r.header.partition,
      (r) => r.header.seq,
      (r) => r.header.tenant,
      (r) => r.header.type,
      (r) => r.header.schemaVersion,
      (r) => r.header.actor.kind,
      (r) => r.header.actor.id,
      (r) => r.header.actorSeq,
      (r) => r.header.scope,
      (r) => r.header.at,
      (r) => r.header.causation,
      (r) => r.header.correlation,
      (r) => r.header.batch,
      (r) => r.bodyText,
      (r) => r.sealedText,
      (r) => r.sealedSubject,
      (r) => r.prevHash,
      (r) => r.hash,
    ]),
  );
  const moved = [...chain].map(([partition, head]) => ({
    partition,
    ...head,
    expected: heads.get(partition)?.seq ?? 0,
  }));
  await expectAll(
    session,
    'ledger heads',
    `UPDATE partition_heads h SET seq = w.seq, hash = w.hash FROM unnest($1::smallint[], $2::bigint[], $3::text[], $4::bigint[]) AS w (partition, seq, hash, expected)
     WHERE h.partition = w.partition AND h.seq = w.expected RETURNING h.partition`,
    columns(moved, [(h) => h.partition, (h) => h.seq, (h) => h.hash, (h) => h.expected]),
    moved.length,
  );
}

async function writeActors(session: SqlSession, plan: CommitPlan, loaded: Loaded): Promise<void> {
  const seqBefore = (actor: StoredActor) => loaded.actors.get(actorKey(actor.tenant, actor.kind, actor.id))?.seq ?? 0;
  const born = plan.actors.filter((actor) => seqBefore(actor) === 0);
  if (born.length > 0) {
    await expectAll(
      session,
      'new actor states',
      `INSERT INTO actor_state (tenant, kind, id, partition, machine_version, value, context, seq)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::int[], $6::text[], $7::text[], $8::bigint[])
       ON CONFLICT DO NOTHING RETURNING 1`,
      columns(born, [
        (a) => a.tenant,
        (a) => a.kind,
        (a) => a.id,
        (a) => a.partition,
        (a) => a.machineVersion,
        (a) => a.value,
        (a) => canonicalJson(a.context),
        (a) => a.seq,
      ]),
      born.length,
    );
  }
  const moved = plan.actors.filter((actor) => seqBefore(actor) > 0);
  if (moved.length > 0) {
    await expectAll(
      session,
      'actor states',
      `UPDATE actor_state a SET machine_version = w.machine_version, value = w.value, context = w.context, seq = w.seq
       FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::text[], $6::text[], $7::bigint[], $8::bigint[])
         AS w (tenant, kind, id, machine_version, value, context, seq, expected)
       WHERE a.tenant = w.tenant AND a.kind = w.kind AND a.id = w.id AND a.seq = w.expected RETURNING 1`,
      columns(moved, [
        (a) => a.tenant,
        (a) => a.kind,
        (a) => a.id,
        (a) => a.machineVersion,
        (a) => a.value,
        (a) => canonicalJson(a.context),
        (a) => a.seq,
        seqBefore,
      ]),
      moved.length,
    );
  }
  const removed = plan.removedActors.filter((actor) => seqBefore(actor) > 0);
  if (removed.length > 0) {
    await expectAll(
      session,
      'removed actor states',
      `DELETE FROM actor_state a USING unnest($1::text[], $2::text[], $3::text[], $4::bigint[]) AS w (tenant, kind, id, expected)
       WHERE a.tenant = w.tenant AND a.kind = w.kind AND a.id = w.id AND a.seq = w.expected RETURNING 1`,
      columns(removed, [(a) => a.tenant, (a) => a.kind, (a) => a.id, seqBefore]),
      removed.length,
    );
  }
}

async function writeGuards(session: SqlSession, plan: CommitPlan, loaded: Loaded): Promise<void> {
  const guards = plan.guards.toSorted((a, b) =>
    a.tenant < b.tenant || (a.tenant === b.tenant && a.key < b.key) ? -1 : 1,
  );
  const versionBefore = (guard: StoredGuard) => loaded.guards.get(tenantKey(guard.tenant, guard.key))?.version ?? 0;
  const born = guards.filter((guard) => versionBefore(guard) === 0);
  if (born.length > 0) {
    await expectAll(
      session,
      'new guards',
      `INSERT INTO guards (tenant, key, version, state) SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[])
       ON CONFLICT DO NOTHING RETURNING 1`,
      columns(born, [(g) => g.tenant, (g) => g.key, (g) => g.version, (g) => canonicalJson(g.state)]),
      born.length,
    );
  }
  const moved = guards.filter((guard) => versionBefore(guard) > 0);
  if (moved.length > 0) {
    await expectAll(
      session,
      'guards',
      `UPDATE guards g SET version = w.version, state = w.state FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::bigint[]) AS w (tenant, key, version, state, expected)
       WHERE g.tenant = w.tenant AND g.key = w.key AND g.version = w.expected RETURNING 1`,
      columns(moved, [(g) => g.tenant, (g) => g.key, (g) => g.version, (g) => canonicalJson(g.state), versionBefore]),
      moved.length,
    );
  }
}

async function writeTimers(session: SqlSession, plan: CommitPlan): Promise<void> {
  if (plan.timersCleared.length > 0) {
    await session.query(
      `DELETE FROM timers t USING unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (tenant, actor_kind, actor_id, name)
       WHERE t.tenant = w.tenant AND t.actor_kind = w.actor_kind AND t.actor_id = w.actor_id AND t.name = w.name`,
      columns(plan.timersCleared, [(t) => t.tenant, (t) => t.actorKind, (t) => t.actorId, (t) => t.name]),
    );
  }
  if (plan.timersSet.length > 0) {
    await session.query(
      `INSERT INTO timers (tenant, actor_kind, actor_id, name, partition, due_at, armed_by, message)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::bigint[], $7::text[], $8::text[])
       ON CONFLICT (tenant, actor_kind, actor_id, name) DO UPDATE SET due_at = EXCLUDED.due_at, armed_by = EXCLUDED.armed_by, message = EXCLUDED.message`,
      columns(plan.timersSet, [
        (t) => t.tenant,
        (t) => t.actorKind,
        (t) => t.actorId,
        (t) => t.name,
        (t) => t.partition,
        (t) => t.dueAt,
        (t) => t.armedBy,
        (t) => JSON.stringify(t.message),
      ]),
    );
  }
}

async function writeDecisions(session: SqlSession, plan: CommitPlan): Promise<void> {
  // A decision and its first verdict are usually made in the same batch: then one insert carries both.
  const verdicts = new Map(plan.decisionUpdates.map((update) => [tenantKey(update.tenant, update.id), update]));
  if (plan.decisions.length > 0) {
    const rows = plan.decisions.map((row) => {
      const update = verdicts.get(tenantKey(row.tenant, row.id));
      verdicts.delete(tenantKey(row.tenant, row.id));
      return {
        ...row,
        verdict: update?.verdict ?? row.verdict,
        verdictHash: update?.verdictHash ?? row.verdictHash,
        policy: update?.policy ?? row.policy,
      };
    });
    await session.query(
      `INSERT INTO decisions (tenant, id, at, subject_kind, subject_id, scope, account, trigger, engine, action, action_type, channel, risk_class,
         confidence, propensity, reason, choice, verdict, verdict_hash, policy, correlation, originating_proposal_id, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[],
         $11::text[], $12::text[], $13::text[], $14::float8[], $15::float8[], $16::text[], $17::text[], $18::text[], $19::text[], $20::text[], $21::text[],
         $22::text[], $23::text[])`,
      columns(rows, [
        (d) => d.tenant,
        (d) => d.id,
        (d) => d.at,
        (d) => d.subjectKind,
        (d) => d.subjectId,
        (d) => d.scope,
        (d) => d.account,
        (d) => d.trigger,
        (d) => d.engine,
        (d) => d.action,
        (d) => d.actionType,
        (d) => d.channel,
        (d) => d.riskClass,
        (d) => d.confidence,
        (d) => d.propensity,
        (d) => d.reason,
        (d) => d.choice,
        (d) => d.verdict,
        (d) => d.verdictHash,
        (d) => d.policy,
        (d) => d.correlation,
        (d) => d.originatingProposalId,
        (d) => d.batch,
      ]),
    );
  }
  const updates = [...verdicts.values()];
  if (updates.length > 0) {
    await session.query(
      `UPDATE decisions d SET verdict = w.verdict, verdict_hash = w.verdict_hash, policy = w.policy
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[]) AS w (tenant, id, verdict, verdict_hash, policy)
       WHERE d.tenant = w.tenant AND d.id = w.id`,
      columns(updates, [(u) => u.tenant, (u) => u.id, (u) => u.verdict, (u) => u.verdictHash, (u) => u.policy]),
    );
  }
  if (plan.parts.length > 0) {
    const parts = plan.parts.toSorted((a, b) => (a.hash < b.hash ? -1 : 1));
    await session.query(
      `INSERT INTO snapshot_parts (tenant, hash, body) SELECT * FROM unnest($1::text[], $2::text[], $3::text[]) ON CONFLICT DO NOTHING`,
      columns(parts, [(p) => p.tenant, (p) => p.hash, (p) => p.body]),
    );
  }
}

async function writePermits(session: SqlSession, plan: CommitPlan): Promise<void> {
  if (plan.permits.length > 0) {
    await session.query(
      `INSERT INTO permits (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, due_at, state, content_seq, detail, batch)
       SELECT tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, granted_at, 'granted', content_seq, detail, batch
       FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::bigint[], $8::bigint[], $9::bigint[], $10::text[], $11::text[])
         AS w (tenant, id, action, partition, fingerprint, mode, granted_at, expires_at, content_seq, detail, batch)`,
      columns(plan.permits, [
        (p) => p.tenant,
        (p) => p.id,
        (p) => p.action,
        (p) => p.partition,
        (p) => p.fingerprint,
        (p) => p.mode,
        (p) => p.grantedAt,
        (p) => p.expiresAt,
        (p) => p.contentSeq,
        (p) => JSON.stringify(p.detail),
        (p) => p.batch,
      ]),
    );
  }
  if (plan.permitUpdates.length > 0) {
    await session.query(
      `UPDATE permits p SET state = w.state FROM unnest($1::text[], $2::text[], $3::text[]) AS w (tenant, id, state) WHERE p.tenant = w.tenant AND p.id = w.id`,
      columns(plan.permitUpdates, [(u) => u.tenant, (u) => u.id, (u) => u.state]),
    );
  }
  if (plan.executionUpdates.length > 0) {
    await session.query(
      `UPDATE executions e SET state = w.state, receipt = w.receipt FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (tenant, permit, state, receipt)
       WHERE e.tenant = w.tenant AND e.permit = w.permit AND e.state IN ('open', 'uncertain')`,
      columns(plan.executionUpdates, [(u) => u.tenant, (u) => u.permit, (u) => u.state, (u) => u.receipt]),
    );
  }
}

async function writeReviews(session: SqlSession, plan: CommitPlan): Promise<void> {
  if (plan.reviews.length > 0) {
    await session.query(
      `INSERT INTO reviews (tenant, id, action, decision, partition, scope, queue, state, action_type, channel, risk_class, fingerprint, content_seq, reasons, detail,
         created_at, expires_at, batch)
       SELECT tenant, id, action, decision, partition, scope, queue, 'open', action_type, channel, risk_class, fingerprint, content_seq, reasons, detail,
         created_at, expires_at, batch
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::smallint[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[],
         $12::bigint[], $13::text[], $14::text[], $15::bigint[], $16::bigint[], $17::text[])
         AS w (tenant, id, action, decision, partition, scope, queue, action_type, channel, risk_class, fingerprint, content_seq, reasons, detail, created_at, expires_at, batch)`,
      columns(plan.reviews, [
        (r) => r.tenant,
        (r) => r.id,
        (r) => r.action,
        (r) => r.decision,
        (r) => r.partition,
        (r) => r.scope,
        (r) => r.queue,
        (r) => r.actionType,
        (r) => r.channel,
        (r) => r.riskClass,
        (r) => r.fingerprint,
        (r) => r.contentSeq,
        (r) => r.reasons,
        (r) => r.detail,
        (r) => r.createdAt,
        (r) => r.expiresAt,
        (r) => r.batch,
      ]),
    );
  }
  if (plan.reviewUpdates.length > 0) {
    await session.query(
      `UPDATE reviews r SET state = w.state, decided_by = w.decided_by FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS w (tenant, id, state, decided_by)
       WHERE r.tenant = w.tenant AND r.id = w.id AND r.state = 'open'`,
      columns(plan.reviewUpdates, [(u) => u.tenant, (u) => u.id, (u) => u.state, (u) => u.decidedBy]),
    );
  }
}

async function writeProjections(
  session: SqlSession,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
): Promise<void> {
  if (plan.outcomes.length > 0) {
    await session.query(
      `INSERT INTO outcomes (tenant, id, type, subject_kind, subject_id, occurred_at, amount_minor, currency, status, decision, action, window_ms, first_seen_at, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::text[], $11::text[],
         $12::bigint[], $13::bigint[], $14::text[])`,
      columns(plan.outcomes, [
        (o) => o.tenant,
        (o) => o.id,
        (o) => o.type,
        (o) => o.subjectKind,
        (o) => o.subjectId,
        (o) => o.occurredAt,
        (o) => o.amountMinor,
        (o) => o.currency,
        (o) => o.status,
        (o) => o.decision,
        (o) => o.action,
        (o) => o.windowMs,
        (o) => o.firstSeenAt,
        (o) => o.batch,
      ]),
    );
  }
  // Several signals of one lead in a batch leave one row: the last.
  const leads = [...new Map(plan.leads.map((lead) => [tenantKey(lead.tenant, lead.id), lead])).values()];
  if (leads.length > 0) {
    await session.query(
      `INSERT INTO leads AS l (tenant, id, account, dimensions, first_seen_at, originating_proposal_id, batch)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::text[], $7::text[])
       ON CONFLICT (tenant, id) DO UPDATE SET account = EXCLUDED.account, dimensions = EXCLUDED.dimensions, first_seen_at = EXCLUDED.first_seen_at,
         originating_proposal_id = EXCLUDED.originating_proposal_id
       WHERE (l.account, l.dimensions, l.first_seen_at, l.originating_proposal_id) IS DISTINCT FROM
         (EXCLUDED.account, EXCLUDED.dimensions, EXCLUDED.first_seen_at, EXCLUDED.originating_proposal_id)`,
      columns(leads, [
        (l) => l.tenant,
        (l) => l.id,
        (l) => l.account,
        (l) => l.dimensions,
        (l) => l.firstSeenAt,
        (l) => l.originatingProposalId,
        (l) => l.batch,
      ]),
    );
  }
  const added = plan.suppressions.filter((row) => row.added);
  if (added.length > 0) {
    await session.query(
      `INSERT INTO suppressions (tenant, key, scope, reason, source, added_version) SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[])`,
      columns(added, [
        (s) => s.tenant,
        (s) => s.key,
        (s) => s.scope,
        (s) => s.reason,
        (s) => s.source,
        (s) => s.version,
      ]),
    );
  }
  const lifted = plan.suppressions.filter((row) => !row.added);
  if (lifted.length > 0) {
    await session.query(
      `UPDATE suppressions s SET removed_version = w.version FROM unnest($1::text[], $2::text[], $3::bigint[]) AS w (tenant, key, version)
       WHERE s.tenant = w.tenant AND s.key = w.key AND s.removed_version IS NULL`,
      columns(lifted, [(s) => s.tenant, (s) => s.key, (s) => s.version]),
    );
  }
  await writeProfiles(session, vault, keys, plan);
}

type Profile = CommitPlan['profiles'][number];

/** Several messages about one entity in a batch leave one row: what came last, member by member. */
function mergedProfiles(plan: CommitPlan): ReadonlyMap<string, Profile> {
  const merged = new Map<string, Profile>();
  for (const item of plan.profiles) {
    const key = tenantKey(item.tenant, `${item.write.kind}:${item.write.id}`);
    const known = merged.get(key);
    const news = Object.fromEntries(Object.entries(item.write).filter(([, value]) => value !== null));
    merged.set(
      key,
      known === undefined ? item : { ...item, batch: known.batch, write: Object.assign({}, known.write, news) },
    );
  }
  return merged;
}

async function writeProfiles(
  session: SqlSession,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
): Promise<void> {
  if (plan.profiles.length === 0) return;
  const profiles = [...mergedProfiles(plan).values()];
  const accounts = profiles.flatMap(({ tenant, at, batch, write }) =>
    write.kind === 'account' ? [{ tenant, at, batch, ...write }] : [],
  );
  if (accounts.length > 0) {
    await session.query(
      `INSERT INTO accounts AS a (tenant, id, external_id, name, domain, created_at, updated_at, batch)
       SELECT tenant, id, external_id, name, domain, at, at, batch
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS w (tenant, id, external_id, name, domain, at, batch)
       ON CONFLICT (tenant, id) DO UPDATE SET name = coalesce(EXCLUDED.name, a.name), domain = coalesce(EXCLUDED.domain, a.domain), updated_at = EXCLUDED.updated_at`,
      columns(accounts, [
        (a) => a.tenant,
        (a) => a.id,
        (a) => a.externalId,
        (a) => a.name,
        (a) => a.domain,
        (a) => a.at,
        (a) => a.batch,
      ]),
    );
  }
  const contacts = profiles.flatMap(({ tenant, at, batch, write }) =>
    write.kind === 'contact' ? [{ tenant, at, batch, ...write }] : [],
  );
  if (contacts.length === 0) return;
  const sealed = (contact: (typeof contacts)[number], field: string, value: string | null): string | null =>
    value === null
      ? null
      : vault.sealWith(keys, { tenant: contact.tenant, subject: contact.id }, `contact:${contact.id}:${field}`, value);
  await session.query(
    `INSERT INTO contacts AS c (tenant, id, account, sealed_external_id, sealed_email, sealed_name, sealed_title, created_at, updated_at, batch)
     SELECT tenant, id, account, coalesce(external_id, ''), email, name, title, at, at, batch
     FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bigint[], $9::text[])
       AS w (tenant, id, account, external_id, email, name, title, at, batch)
     ON CONFLICT (tenant, id) DO UPDATE SET account = coalesce(EXCLUDED.account, c.account), sealed_email = coalesce(EXCLUDED.sealed_email, c.sealed_email),
       sealed_name = coalesce(EXCLUDED.sealed_name, c.sealed_name), sealed_title = coalesce(EXCLUDED.sealed_title, c.sealed_title), updated_at = EXCLUDED.updated_at`,
    columns(contacts, [
      (c) => c.tenant,
      (c) => c.id,
      (c) => c.account,
      (c) => sealed(c, 'external_id', c.externalId),
      (c) => sealed(c, 'email', c.email),
      (c) => sealed(c, 'name', c.name),
      (c) => sealed(c, 'title', c.title),
      (c) => c.at,
      (c) => c.batch,
    ]),
  );
}

async function writeInbox(session: SqlSession, plan: CommitPlan): Promise<void> {
  const arrived = plan.processed.filter((row) => !row.committed);
  const rows = [
    ...arrived.map((row) => ({
      message: row.message,
      state: row.error === null ? 'processed' : 'parked',
      body: row.error === null ? null : JSON.stringify(row.message),
      error: row.error,
      correlation: row.correlation,
      event: row.event,
    })),
    ...plan.outgoing.map((message) => ({
      message,
      state: 'pending',
      body: JSON.stringify(message),
      error: null,
      correlation: message.correlation,
      event: null,
    })),
  ];
  if (rows.length > 0) {
    await session.query(
      `INSERT INTO inbox (tenant, source, id, partition, digest, state, body, error, correlation, event)
       SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[])`,
      columns(rows, [
        (r) => r.message.tenant,
        (r) => r.message.source,
        (r) => r.message.id,
        (r) => r.message.partition,
        (r) => r.message.contentDigest,
        (r) => r.state,
        (r) => r.body,
        (r) => r.error,
        (r) => r.correlation,
        (r) => r.event,
      ]),
    );
  }
  const done = plan.processed.filter((row) => row.committed);
  if (done.length > 0) {
    await expectAll(
      session,
      'inbox',
      `UPDATE inbox i SET state = w.state, body = CASE WHEN w.state = 'processed' THEN NULL ELSE i.body END, error = w.error, event = w.event
       FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[]) AS w (tenant, source, id, state, error, event)
       WHERE i.tenant = w.tenant AND i.source = w.source AND i.id = w.id AND i.state = 'pending' RETURNING 1`,
      columns(done, [
        (r) => r.message.tenant,
        (r) => r.message.source,
        (r) => r.message.id,
        (r) => (r.error === null ? 'processed' : 'parked'),
        (r) => r.error,
        (r) => r.event,
      ]),
      done.length,
    );
  }
}

/** Returns the data keys that were used, for the caller to keep once the transaction is committed. */
export async function writePlan(
  session: SqlSession,
  vault: SubjectVault,
  plan: CommitPlan,
  loaded: Loaded,
  heads: ReadonlyMap<number, Head>,
): Promise<ReadonlyMap<string, KeyObject>> {
  const subjects: SubjectRef[] = [];
  for (const draft of plan.drafts)
    if (draft.sealed !== null) subjects.push({ tenant: draft.header.tenant, subject: draft.sealed.subject });
  for (const { tenant, write } of plan.profiles)
    if (write.kind === 'contact') subjects.push({ tenant, subject: write.id });
  const keys = subjects.length === 0 ? new Map<string, KeyObject>() : await vault.keys(session, subjects, true);
  await writeInbox(session, plan);
  await writeLedger(session, vault, keys, plan, heads);
  await writeActors(session, plan, loaded);
  await writeGuards(session, plan, loaded);
  await writeTimers(session, plan);
  await writeDecisions(session, plan);
  await writePermits(session, plan);
  await writeReviews(session, plan);
  await writeProjections(session, vault, keys, plan);
  return keys;
}
