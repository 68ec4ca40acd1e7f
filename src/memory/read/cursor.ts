/** Opaque cursors over a sort position. What a client sends back is checked, because it may be anything. */
import { GatehouseError } from '../../domain/errors.ts';

export function encodeCursor(position: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(position), 'utf8').toString('base64url');
}

export function decodeCursor(cursor: string, length: number): readonly (string | number)[] {
  try {
    const position: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    if (
      Array.isArray(position) &&
      position.length === length &&
      position.every((part) => typeof part === 'string' || typeof part === 'number')
    ) {
      return position;
    }
  } catch {
    // Falls through to the same answer as a cursor of the wrong shape.
  }
  throw new GatehouseError('invalid_request', 'The cursor is not one that this list gave out.', {
    faults: [{ pointer: '/cursor', detail: 'is unknown' }],
  });
}

/** Cuts a page out of rows that were read with one more than `limit`. */
export function pageOf<Row, Item>(
  rows: readonly Row[],
  limit: number,
  item: (row: Row) => Item,
  position: (row: Row) => readonly (string | number)[],
): { items: readonly Item[]; next_cursor: string | null } {
  const kept = rows.slice(0, limit);
  const last = kept.at(-1);
  return {
    items: kept.map(item),
    next_cursor: rows.length > limit && last !== undefined ? encodeCursor(position(last)) : null,
  };
}
