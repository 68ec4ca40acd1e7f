/** What the main thread and the PGlite worker say to each other. */
import type { SqlValue } from './sql.port.ts';

export type PgliteRequest =
  | { readonly id: number; readonly kind: 'query'; readonly text: string; readonly params: readonly SqlValue[] }
  | { readonly id: number; readonly kind: 'script'; readonly text: string }
  | { readonly id: number; readonly kind: 'close' };

export type PgliteResponse =
  | { readonly id: number; readonly rows: readonly object[] }
  | {
      readonly id: number;
      readonly error: { readonly message: string; readonly code: string | null; readonly detail: string | null };
    };

export interface PgliteWorkerData {
  /** Folder of the database, or null for one in memory. */
  readonly folder: string | null;
}
