/** What is known after a restored installation was reconciled, and what is not. */
export interface PermitFate {
  readonly tenant: string;
  readonly permit: string;
  /** The same as in the answer that the sender of the signal got. */
  readonly correlation: string;
}

export interface FoundEffect extends PermitFate {
  /** ISO 8601. */
  readonly at: string;
  readonly action_type: string;
  readonly channel: string;
  readonly result: 'sent' | 'uncertain';
}

export interface ReconcileReport {
  readonly backup_at: string;
  readonly restored_at: string;
  readonly journal: {
    readonly state: 'complete' | 'missing';
    readonly files: number;
    readonly entries: number;
    /** Why not everything that happened after the backup can be known. */
    readonly gaps: readonly string[];
  };
  /** Permits that were open when the backup was taken. */
  readonly open_permits: {
    readonly marked: number;
    readonly executed: number;
    readonly failed: number;
    /** Certainly not executed; they go on under the usual second check. */
    readonly resumed: number;
    /** Nobody can say. They are never sent again. */
    readonly unknown: readonly PermitFate[];
  };
  /** Effects of after the backup that only the journals know. What led to them is lost unless its sender sends it again. */
  readonly effects: readonly FoundEffect[];
  /** Suppressions of after the backup that hold again. */
  readonly suppressions: number;
  /** People who were erased after the backup and are erased again. */
  readonly erasures: number;
  /** Suppressions that were lifted after the backup and hold again; lift them again where that is right. */
  readonly lifted_again: readonly { readonly tenant: string; readonly key: string }[];
  /** Accepted messages that the backup had not processed yet, and that are processed now. */
  readonly waiting_messages: number;
}
