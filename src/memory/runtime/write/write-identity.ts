/** Writes what operators did to identities in the shape in which it is listed, and the rows that show whose account a person is. */
import type { CommitPlan, IdentityActWrite } from '../../../actors/runtime-store.port.ts';
import { columns } from '../../sql/columns.ts';
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
        break;
      case 'refused':
        writes.send(
          `UPDATE identity_acts SET state = 'refused', refusal = $3 WHERE tenant = $1 AND id = $2 AND state IN ('joining', 'done')`,
          [act.tenant, act.id, act.reason],
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
