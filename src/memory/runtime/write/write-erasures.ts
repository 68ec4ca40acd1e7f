/** Destroys the keys of erased people, and empties the rows that name them. */
import type { CommitPlan } from '../../../actors/runtime-store.port.ts';
import { columns } from '../../sql/columns.ts';
import type { Writes } from './writes.ts';

export function writeErasures(writes: Writes, plan: CommitPlan): void {
  if (plan.erasures.length === 0) return;
  const who = columns(plan.erasures, [(item) => item.tenant, (item) => item.subject]);
  const these = 'unnest($1::text[], $2::text[]) AS w (tenant, subject)';
  // A row without a key is left, so that nobody makes a new key for the same person.
  writes.send(
    `INSERT INTO subject_keys (tenant, subject, wrapped, destroyed_on) SELECT tenant, subject, NULL, clock_timestamp() FROM ${these}
     ON CONFLICT (tenant, subject) DO UPDATE SET wrapped = NULL, destroyed_on = coalesce(subject_keys.destroyed_on, clock_timestamp())`,
    who,
  );
  writes.send(
    `UPDATE contacts c SET sealed_external_id = '', sealed_email = NULL, sealed_name = NULL, sealed_title = NULL
     FROM ${these} WHERE c.tenant = w.tenant AND c.id = w.subject`,
    who,
  );
  writes.send(`DELETE FROM identity_aliases a USING ${these} WHERE a.tenant = w.tenant AND a.entity = w.subject`, who);
  writes.send(
    `UPDATE examples e SET content = NULL FROM ${these} WHERE e.tenant = w.tenant AND e.subject = w.subject AND e.content IS NOT NULL`,
    who,
  );
  // A view is made anew when somebody reads it next, without the person.
  writes.send(
    `DELETE FROM brain_views v USING ${these} WHERE v.tenant = w.tenant AND position(w.subject in v.body) > 0`,
    who,
  );
  // The keyed hashes of the address stay beside the id: by them the suppression is found that outlives the person.
  writes.send(
    `UPDATE directory d SET has_address = false, domain = NULL FROM ${these} WHERE d.tenant = w.tenant AND d.id = w.subject`,
    who,
  );
}
