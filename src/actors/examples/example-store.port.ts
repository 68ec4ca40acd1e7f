/** What the runtime keeps of examples, and what it changes with a batch. */
import type { Example, Wording } from '../../domain/example.ts';
import type { TenantId } from '../../domain/ids.ts';
import type { ExampleRecord } from './example-row.ts';

/** An example as a batch loaded it. */
export interface LoadedExample extends Example {
  readonly action: string;
  readonly subject: string;
}

/** An example as it is kept, for a rebuild to compare. */
export interface KeptExample extends ExampleRecord {
  readonly withdrawn_at: number | null;
}

export interface ExampleWrite extends KeptExample {
  /** Null when the text was erased before it came to be kept. */
  readonly content: Wording | null;
}

/** The approval behind the examples of an action was taken back; it reaches those of earlier batches. */
export interface ExampleWithdrawal {
  readonly tenant: TenantId;
  readonly action: string;
  readonly at: number;
}
