/** A small map and files that follow it, for the tests of imports. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { parseImportMap } from './map-schema.ts';
import type { ImportMap } from './map-schema.ts';

export const LEADS_FILE = {
  match: 'leads*.csv',
  kind: 'signal',
  type: 'web.form_submitted',
  id: 'lead:{id}',
  subject: { kind: 'lead', id: '{id}' },
  time: { column: 'date', format: 'date' },
  data: { form: { column: 'form' } },
  dimensions: { origin: { column: 'origin' } },
};

export const DEALS_FILE = {
  match: 'deals*.csv',
  kind: 'outcome',
  type: { column: 'result', values: { yes: 'won', no: 'lost' } },
  id: 'deal:{id}',
  subject: { kind: 'lead', id: '{id}' },
  time: { column: 'closed', format: 'datetime' },
  window_days: 90,
  data: { amount: { column: 'amount', type: 'money', currency: 'EUR' } },
};

export const MAP = { format: 1, name: 'small', time_zone: 'Europe/Berlin', files: [LEADS_FILE, DEALS_FILE] };

export function mapOf(changes: object = {}): ImportMap {
  return parseImportMap(JSON.stringify({ ...MAP, ...changes }), 'map.json');
}

/** One file of leads with this change to its map. */
export function leadsMap(changes: object): ImportMap {
  return mapOf({ files: [{ ...LEADS_FILE, ...changes }] });
}

export const LEADS = `id,date,form,origin
l-2,2026-01-02,demo,email
l-1,2026-01-01,demo,
l-3,2026-01-02,,unknown
`;

export const DEALS = `id,closed,result,amount
l-1,2026-01-01 12:00:00,yes,1200.5
l-9,2025-12-31 12:00:00,no,
`;

export interface Folder {
  readonly path: string;
  /** Writes a file and gives its path. */
  write(name: string, content: string | Buffer): string;
  remove(): void;
}

export function temporaryFolder(): Folder {
  const path = mkdtempSync(join(tmpdir(), 'gatehouse-import-'));
  return {
    path,
    write(name, content) {
      writeFileSync(join(path, name), content);
      return join(path, name);
    },
    remove: () => rmSync(path, { recursive: true }),
  };
}
