import type { KeyObject } from 'node:crypto';

import type { CommitPlan, Loaded } from '../../../actors/runtime-store.port.ts';
import { writeMemory } from '../../notes/write-memory.ts';
/** Writes the plan of a batch: a statement or two per table, sent together, each checking what the plan assumed. */
import type { SqlSession } from '../../sql/sql.port.ts';
import { subjectKeyOf } from '../../vault/subject-vault.ts';
import type { SubjectRef, SubjectVault } from '../../vault/subject-vault.ts';
import { sealerOf } from '../inbox-body.ts';
import { writeCadence } from './write-cadence.ts';
import { writeDecisions, writePermits } from './write-decisions.ts';
import { writeErasures } from './write-erasures.ts';
import { writeExamples } from './write-examples.ts';
import { writeAliases, writeIdentityActs } from './write-identity.ts';
import { writeInbox } from './write-inbox.ts';
import { writeLedger } from './write-ledger.ts';
import type { Head } from './write-ledger.ts';
import { writePlays } from './write-plays.ts';
import { writeProfiles } from './write-profiles.ts';
import { writeProjections } from './write-projections.ts';
import { writeReviews, writeScheduled } from './write-reviews.ts';
import { writeSenders } from './write-senders.ts';
import { writeActors, writeGuards, writeTimers } from './write-states.ts';
import { Writes } from './writes.ts';

/** `known` are data keys that were read already. Returns those that were used, for the caller to keep once the transaction is committed. */
export async function writePlan(
  session: SqlSession,
  vault: SubjectVault,
  known: ReadonlyMap<string, KeyObject>,
  plan: CommitPlan,
  loaded: Loaded,
  heads: ReadonlyMap<number, Head>,
): Promise<ReadonlyMap<string, KeyObject>> {
  const subjects: SubjectRef[] = [];
  for (const draft of plan.drafts)
    if (draft.sealed !== null) subjects.push({ tenant: draft.header.tenant, subject: draft.sealed.subject });
  for (const { tenant, write } of plan.profiles)
    if (write.kind === 'contact') subjects.push({ tenant, subject: write.id });
  for (const { message, held, error } of plan.processed) {
    const sealer = held || error !== null ? sealerOf(message) : null;
    if (sealer !== null) subjects.push(sealer);
  }
  const missing = subjects.filter((subject) => !known.has(subjectKeyOf(subject)));
  const keys = missing.length === 0 ? known : new Map([...known, ...(await vault.keys(session, missing, true))]);
  const writes = new Writes(session);
  writeInbox(writes, vault, keys, plan);
  const sealed = writeLedger(writes, vault, keys, plan, heads);
  writeActors(writes, plan, loaded);
  writeGuards(writes, plan, loaded);
  writeTimers(writes, plan);
  writeDecisions(writes, plan);
  writePermits(writes, plan);
  writeReviews(writes, plan);
  writeScheduled(writes, plan);
  writeExamples(writes, plan);
  writeProjections(writes, plan);
  writeSenders(writes, plan);
  writePlays(writes, plan, loaded);
  writeCadence(writes, plan);
  writeProfiles(writes, vault, keys, plan);
  writeIdentityActs(writes, plan);
  writeAliases(writes, vault, keys, plan);
  writeMemory(writes, plan.memory, sealed);
  writeErasures(writes, plan);
  await writes.done();
  return keys;
}
