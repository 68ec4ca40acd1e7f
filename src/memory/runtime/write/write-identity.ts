/** Writes what operators did to identities in the shape in which it is listed: acts, further names, and the account that a person was moved to. */
import type { KeyObject } from 'node:crypto';

import type { AliasWrite, CommitPlan, IdentityActWrite } from '../../../actors/runtime-store.port.ts';
import { columns } from '../../sql/columns.ts';
import type { SubjectVault } from '../../vault/subject-vault.ts';
import type { Writes } from './writes.ts';

type Begun = Extract<IdentityActWrite, { kind: 'begun' }>;

export function writeIdentityActs(writes: Writes, plan: CommitPlan): void {
  for (const act of plan.identityActs) {
    switch (act.kind) {
      case 'begun':
        begin(writes, act);
        break;
      case 'ended':
        // What has been split stays split, also when the news of the merge come late.
        writes.send(
          `UPDATE identity_acts SET state = $3 WHERE tenant = $1 AND id = $2 AND NOT ($3 = 'merged' AND state <> 'joining') AND state <> 'split'`,
          [act.tenant, act.id, act.state],
        );
    }
  }
}

function begin(writes: Writes, act: Begun): void {
  writes.send(
    `INSERT INTO identity_acts (tenant, id, act, subject_kind, subject, scope, target, previous, state, by, reason, at)
     SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::text[], $11::text[], $12::bigint[])`,
    columns(
      [act],
      [
        (a) => a.tenant,
        (a) => a.id,
        (a) => a.act,
        (a) => a.subjectKind,
        (a) => a.subject,
        (a) => a.scope,
        (a) => a.target,
        (a) => a.previous,
        (a) => a.state,
        (a) => a.by,
        (a) => a.reason,
        (a) => a.at,
      ],
    ),
  );
  if (act.act !== 'reparent') return;
  for (const table of ['contacts', 'leads'])
    writes.send(`UPDATE ${table} SET account = $3 WHERE tenant = $1 AND id = $2`, [
      act.tenant,
      act.subject,
      act.target,
    ]);
}

export function writeAliases(
  writes: Writes,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
): void {
  for (const alias of plan.aliases) {
    if (alias.added) addAlias(writes, vault, keys, alias);
    else removeAlias(writes, alias);
  }
  for (const row of plan.dismissals)
    writes.send(
      `INSERT INTO identity_dismissals (tenant, one, other, evidence, by, reason, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
       ON CONFLICT (tenant, one, other) DO UPDATE SET evidence = EXCLUDED.evidence, by = EXCLUDED.by, reason = EXCLUDED.reason, at = EXCLUDED.at`,
      [row.tenant, row.one, row.other, row.evidence, row.by, row.reason, row.at],
    );
}

/** A name that belongs to somebody already stays theirs: whoever asked is told so when the answer is read. */
function addAlias(
  writes: Writes,
  vault: SubjectVault,
  keys: ReadonlyMap<string, KeyObject>,
  { tenant, aliasKind, alias, entity, subjectKind, text, at }: AliasWrite,
): void {
  const sealed = text === null ? null : vault.sealWith(keys, { tenant, subject: entity }, `alias:${alias}`, text);
  writes.send(
    `INSERT INTO identity_aliases AS a (tenant, alias_kind, alias, entity, sealed, added_at, subject_kind) VALUES ($1, $2, $3, $4, $5, $6, $7)
     ON CONFLICT (tenant, alias_kind, alias) DO UPDATE SET sealed = EXCLUDED.sealed, added_at = EXCLUDED.added_at, subject_kind = EXCLUDED.subject_kind
     WHERE a.entity = EXCLUDED.entity`,
    [tenant, aliasKind, alias, entity, sealed, at, subjectKind],
  );
  if (aliasKind === 'external')
    writes.send(
      `INSERT INTO directory (tenant, kind, alias, id, scope, account, domain, suppression_keys, has_address, added)
       SELECT d.tenant, d.kind, $3, d.id, d.scope, d.account, d.domain, d.suppression_keys, d.has_address, true FROM directory d
       WHERE d.tenant = $1 AND d.id = $2 ORDER BY d.added, d.alias LIMIT 1 ON CONFLICT DO NOTHING`,
      [tenant, entity, alias],
    );
  else
    writes.send(
      `UPDATE directory d SET suppression_keys = array_append(d.suppression_keys, $3) FROM identity_aliases a
       WHERE d.tenant = $1 AND d.id = $2 AND $3 <> ALL (d.suppression_keys)
         AND a.tenant = $1 AND a.alias_kind = $4 AND a.alias = $5 AND a.entity = $2`,
      [tenant, entity, `${aliasKind}:${alias}`, aliasKind, alias],
    );
}

function removeAlias(writes: Writes, { tenant, aliasKind, alias, entity }: AliasWrite): void {
  writes.send('DELETE FROM identity_aliases WHERE tenant = $1 AND alias_kind = $2 AND alias = $3 AND entity = $4', [
    tenant,
    aliasKind,
    alias,
    entity,
  ]);
  if (aliasKind === 'external')
    writes.send('DELETE FROM directory WHERE tenant = $1 AND alias = $2 AND id = $3 AND added', [
      tenant,
      alias,
      entity,
    ]);
}
