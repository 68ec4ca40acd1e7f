/** Where the sandbox keeps what it rendered. */
export interface SandboxDelivery {
  readonly tenant: string;
  readonly idempotencyKey: string;
  readonly receipt: string;
  readonly at: number;
  readonly actionType: string;
  readonly channel: string;
  readonly recipient: string;
  readonly contentDigest: string;
}

export interface SandboxStore {
  /** Records deliveries; a key that exists keeps its first delivery. Returns the receipts in order. */
  record(deliveries: readonly SandboxDelivery[]): Promise<readonly string[]>;
  /** Takes the recipient and what was written to them out of deliveries. That there were some stays: nothing is delivered twice. */
  forget(tenant: string, recipient: string): Promise<void>;
  /** Receipts by key, null where nothing was delivered. */
  find(tenant: string, keys: readonly string[]): Promise<readonly (string | null)[]>;
}
