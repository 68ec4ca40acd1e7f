/** What the runtime tells whoever watches it. No personal data passes here. */
export interface RuntimeObserver {
  batchCommitted(lane: number, messages: number, events: number, milliseconds: number): void;
  batchFailed(lane: number, messages: number, error: unknown): void;
  messageParked(tenant: string, source: string, id: string, error: string): void;
  verdict(kind: string): void;
  executed(result: string, count: number): void;
  timerFired(lagMs: number): void;
  partitionsChanged(how: 'taken' | 'released' | 'lost', partitions: readonly number[]): void;
  failed(what: string, error: unknown): void;
}
