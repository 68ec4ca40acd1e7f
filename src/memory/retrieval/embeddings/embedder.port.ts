/** A provider of embeddings: turns texts into vectors of one space. */

export interface EmbeddingSpace {
  readonly provider: string;
  readonly model: string;
  readonly dimensions: number;
}

/** A note and a question about it may be embedded differently. */
export type EmbeddingPurpose = 'document' | 'query';

export interface Embedder {
  readonly space: EmbeddingSpace;
  /** Texts of one call. */
  readonly batchMax: number;
  /**
   * One vector of length 1 for each text, in order. Throws a `GatehouseError` `unavailable` when the provider cannot answer, and
   * `invalid_request` when it answers with something else than vectors of this space.
   */
  embed(texts: readonly string[], purpose: EmbeddingPurpose): Promise<readonly Float32Array[]>;
}
