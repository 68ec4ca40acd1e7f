/** What is left of an erased person, counted in every table that could hold something, for the proof that they were erased. */
import type { LedgerReader } from '../../actors/replay/ledger-reader.port.ts';
import { concernedDigestText } from '../../domain/erasure-proof.ts';
import type { ErasureLayer, ErasureProof } from '../../domain/erasure-proof.ts';
import type { EventData } from '../../domain/event-types.ts';
import { eventIdOf, partitionOf } from '../../domain/ids.ts';
import type { ScopeId, TenantId } from '../../domain/ids.ts';
import { isoOf } from '../../domain/instant.ts';
import { sha256 } from '../sha256.ts';
import { asTenant } from '../sql/as-tenant.ts';
import type { Sql } from '../sql/sql.port.ts';
import type { DirectoryPerson } from './subject-reader.ts';

export interface ErasureFacts {
  readonly at: number;
  readonly erasure: ErasureProof['erasure'];
  readonly concerned: ErasureProof['concerned'];
  readonly rows: Readonly<Record<Exclude<ErasureLayer, 'lancedb'>, number>>;
  /** Where the person's notes stand, by which their vectors are known. */
  readonly notePlaces: readonly { readonly scope: string; readonly seq: number }[];
  readonly delivered: ErasureProof['delivered'];
}

interface Counts {
  readonly destroyed_on: Date | null;
  readonly archived_up_to: number;
  readonly inbox: number;
  readonly profile: number;
  readonly aliases: number;
  readonly search_index: number;
  readonly examples: number;
  readonly vectors: number;
}

export class ErasureReader {
  readonly #sql: Sql;
  readonly #ledger: Pick<LedgerReader, 'scopeUpTo'>;

  constructor(sql: Sql, ledger: Pick<LedgerReader, 'scopeUpTo'>) {
    this.#sql = sql;
    this.#ledger = ledger;
  }

  /** Null when the person was not erased, or has a key. */
  async facts(tenant: TenantId, { id, scope }: DirectoryPerson): Promise<ErasureFacts | null> {
    const rows = await this.#ledger.scopeUpTo(tenant, scope, { at: Number.MAX_SAFE_INTEGER, clock: 'virtual' });
    const erased = rows.find((row) => row.type === 'subject.erased' && row.actor.id === id);
    const counts = await this.#counts(tenant, id, partitionOf(scope as ScopeId));
    if (erased === undefined || counts.destroyed_on === null) return null;
    const { data } = JSON.parse(erased.body) as { data: EventData<'subject.erased'> };
    const sealed = rows.filter((row) => row.sealedSubject === id && row.sealed !== null);
    const concerned = sealed.filter((row) => row.seq <= erased.seq);
    const { notes, delivered } = await this.#notesAndDeliveries(tenant, id);
    return {
      at: erased.at,
      erasure: {
        event: eventIdOf(erased.partition, erased.seq),
        hash: erased.hash,
        at: isoOf(erased.at),
        by: data.by,
        key_destroyed_at: counts.destroyed_on.toISOString(),
      },
      concerned: {
        events: concerned.length,
        digest: sha256(
          concernedDigestText(concerned.map((row) => ({ id: eventIdOf(row.partition, row.seq), hash: row.hash }))),
        ),
      },
      rows: {
        ledger: sealed.filter((row) => row.seq > counts.archived_up_to).length,
        archives: sealed.filter((row) => row.seq <= counts.archived_up_to).length,
        notes: notes.filter((note) => note.sealed).length,
        inbox: counts.inbox,
        profile: counts.profile,
        aliases: counts.aliases,
        search_index: counts.search_index,
        examples: counts.examples,
        vectors: counts.vectors,
      },
      notePlaces: notes.map(({ scope: place, seq }) => ({ scope: place, seq })),
      delivered,
    };
  }

  async #counts(tenant: TenantId, id: string, partition: number): Promise<Counts> {
    const [row] = await this.#sql.asOwner((session) =>
      session.query<Counts>(
        `SELECT (SELECT destroyed_on FROM subject_keys WHERE tenant = $1 AND subject = $2 AND wrapped IS NULL) AS destroyed_on,
           (SELECT coalesce(max(seq), 0) FROM ledger_archive_ends WHERE partition = $3::smallint) AS archived_up_to,
           (SELECT count(*) FROM inbox WHERE tenant = $1 AND body IS NOT NULL AND body::json ->> 'sealer' = $2) AS inbox,
           (SELECT count(*) FROM contacts WHERE tenant = $1 AND id = $2
             AND (sealed_external_id <> '' OR num_nonnulls(sealed_email, sealed_name, sealed_title) > 0)) AS profile,
           (SELECT count(*) FROM identity_aliases WHERE tenant = $1 AND entity = $2) AS aliases,
           (SELECT count(*) FROM note_index WHERE tenant = $1 AND subject = $2) AS search_index,
           (SELECT count(*) FROM examples WHERE tenant = $1 AND subject = $2 AND content IS NOT NULL) AS examples,
           (SELECT count(*) FROM notes n JOIN note_vectors v ON v.tenant = n.tenant AND v.scope = n.scope AND v.seq = n.seq
             WHERE n.tenant = $1 AND n.person = $2) AS vectors`,
        [tenant, id, partition],
      ),
    );
    return row as Counts;
  }

  #notesAndDeliveries(tenant: TenantId, id: string) {
    return asTenant(this.#sql, tenant, async (session) => ({
      notes: await session.query<{ scope: string; seq: number; sealed: boolean }>(
        'SELECT scope, seq, sealed IS NOT NULL AS sealed FROM notes WHERE tenant = $1 AND person = $2',
        [tenant, id],
      ),
      delivered: [
        ...(await session.query<ErasureProof['delivered'][number]>(
          `SELECT d.channel, p.mode, count(*) AS messages FROM decisions d JOIN permits p ON p.tenant = d.tenant AND p.action = d.action AND p.state IN ('used', 'uncertain')
           WHERE d.tenant = $1 AND d.subject_id = $2 AND d.channel IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`,
          [tenant, id],
        )),
      ],
    }));
  }
}
