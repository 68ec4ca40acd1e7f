/**
 * Search by meaning over notes: embeds what is new in batches, and asks the projection for the nearest, or the database itself where there is
 * none. A provider that does not answer costs a search its meaning and nothing else.
 */
import { GatehouseError } from '../../../domain/errors.ts';
import type { TenantId } from '../../../domain/ids.ts';
import type { NoteReader } from '../../notes/note-reader.port.ts';
import type { SemanticIndex, SemanticQuery } from '../semantic.port.ts';
import type { Embedder } from './embedder.port.ts';
import type { LanceProjection } from './lance-projection.ts';
import { spaceName } from './vector-store.ts';
import type { VectorStore } from './vector-store.ts';

const NEAREST = 100;

/** Whether the tenant lets this go to the provider. */
export type MayLeave = (tenant: TenantId, what: 'note_text' | 'question') => Promise<boolean>;

export class VectorMemory implements SemanticIndex {
  readonly #embedder: Embedder;
  readonly #store: VectorStore;
  readonly #projection: LanceProjection | null;
  readonly #notes: NoteReader;
  readonly #space: string;
  readonly #mayLeave: MayLeave;

  constructor(parts: {
    readonly embedder: Embedder;
    readonly store: VectorStore;
    readonly projection: LanceProjection | null;
    readonly notes: NoteReader;
    readonly mayLeave: MayLeave;
  }) {
    this.#mayLeave = parts.mayLeave;
    this.#embedder = parts.embedder;
    this.#store = parts.store;
    this.#projection = parts.projection;
    this.#notes = parts.notes;
    this.#space = spaceName(parts.embedder.space);
  }

  async nearest({ query, ...place }: SemanticQuery): ReturnType<SemanticIndex['nearest']> {
    if (!(await this.#mayLeave(place.tenant, 'question'))) return null;
    let vector: Float32Array | undefined;
    try {
      [vector] = await this.#embedder.embed([query], 'query');
    } catch (error) {
      if (!(error instanceof GatehouseError)) throw error;
      return null;
    }
    if (vector === undefined) return null;
    const ranking =
      (await this.#projection?.nearest(place, vector, NEAREST)) ??
      (await this.#store.exact({ ...place, space: this.#space }, vector, NEAREST));
    return { space: this.#space, ranking };
  }

  /** Embeds every indexed note that has no vector yet, and brings the projection up to date. Gives the number of new vectors; fewer when asked to stop. */
  async catchUp(tenant: TenantId, stopping?: AbortSignal): Promise<number> {
    if (!(await this.#mayLeave(tenant, 'note_text'))) return 0;
    let made = 0;
    for (;;) {
      if (stopping?.aborted) return made;
      const places = await this.#store.missing(tenant, this.#space, this.#embedder.batchMax);
      const notes = new Map(
        (
          await this.#notes.byIds(
            tenant,
            places.map(({ note }) => note),
          )
        ).map((note) => [note.id as string, note.content?.text]),
      );
      // A note whose key is gone is taken out of the index by its erasure; until then it is passed over.
      const readable = places.flatMap((place) => {
        const text = notes.get(place.note);
        return text === undefined ? [] : [{ ...place, text }];
      });
      if (readable.length === 0) break;
      const vectors = await this.#embedder.embed(
        readable.map(({ text }) => text),
        'document',
      );
      const stored = readable.flatMap(({ scope, seq, recordedAt }, index) => {
        const vector = vectors[index];
        return vector === undefined ? [] : [{ scope, seq, recordedAt, vector }];
      });
      await this.#store.write(tenant, this.#space, stored);
      made += stored.length;
    }
    await this.#projection?.reconcile(tenant);
    return made;
  }
}
