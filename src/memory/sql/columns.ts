/** Rows turned into one array per column, the form that `unnest` takes. */
import type { SqlValue } from './sql.port.ts';

type Scalar = string | number | boolean | null | Date;

export function columns<Row>(rows: readonly Row[], getters: readonly ((row: Row) => Scalar)[]): SqlValue[] {
  return getters.map((get) => rows.map(get));
}
