/** What verification finds in a chain, while hosts may go on writing to it. */
import { expect, it } from 'vitest';

import { asId } from '../../domain/ids.ts';
import type { Hash } from '../../domain/ids.ts';
import { GENESIS_HASH, ledgerHash } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import type { LedgerReader } from './ledger-reader.port.ts';
import { verifyLedger } from './verify.ts';

const digest = (text: string) => `#${text.length}:${text.slice(-40)}`;

function chainOf(length: number): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const header = {
      partition: 0,
      seq,
      tenant: 't',
      type: 'signal.received',
      actor: { kind: 'lead', id: 'l' },
      actorSeq: seq,
      at: seq,
    } as unknown as LedgerRow;
    const prevHash: Hash = rows.at(-1)?.hash ?? GENESIS_HASH;
    const hash = ledgerHash(header, '{}', null, prevHash, digest);
    rows.push({ ...header, body: '{}', sealed: null, sealedSubject: null, prevHash, hash, turnLength: 1 });
  }
  return rows;
}

/** A ledger whose head is told as it is at each asking. */
function readerOf(rows: LedgerRow[], head: () => { readonly seq: number; readonly hash: Hash }): LedgerReader {
  return {
    heads: () => Promise.resolve([{ partition: 0, ...head() }]),
    slice: ({ partition, after }: { readonly partition: number; readonly after: number }) =>
      Promise.resolve(partition === 0 ? rows.filter((row) => row.seq > after) : []),
  } as unknown as LedgerReader;
}
const headOf = (rows: readonly LedgerRow[]) => ({ seq: rows.length, hash: rows.at(-1)?.hash ?? GENESIS_HASH });

it('is content with a chain that ends at its head', async () => {
  const rows = chainOf(5);
  expect(
    await verifyLedger(
      readerOf(rows, () => headOf(rows)),
      digest,
    ),
  ).toEqual({ events: 5, faults: [] });
});

it('is content with a chain that grows while it is read', async () => {
  const rows = chainOf(8);
  let asked = 0;
  const reader = readerOf(rows, () => headOf(asked++ === 0 ? rows.slice(0, 5) : rows));
  expect((await verifyLedger(reader, digest)).faults).toEqual([]);
});

it.each([
  ['a row beyond the head', (rows: LedgerRow[]) => headOf(rows.slice(0, 4)), 'head_differs'],
  ['a chain that was cut off', (rows: LedgerRow[]) => ({ ...headOf(rows), seq: 9 }), 'cut_off'],
  ['a head of another chain', (rows: LedgerRow[]) => ({ ...headOf(rows), hash: asId<Hash>('other') }), 'head_differs'],
] as const)('finds %s', async (_title, head, kind) => {
  const rows = chainOf(5);
  const { faults } = await verifyLedger(
    readerOf(rows, () => head(rows)),
    digest,
  );
  expect(faults.map((fault) => fault.kind)).toEqual([kind]);
});

it('finds an altered, a missing and a swapped row', async () => {
  const altered = chainOf(3).map((row) => (row.seq === 2 ? { ...row, body: '{"more":1}' } : row));
  const kinds = async (rows: LedgerRow[], head = headOf(rows)) =>
    (
      await verifyLedger(
        readerOf(rows, () => head),
        digest,
      )
    ).faults.map((fault) => fault.kind);
  expect(await kinds(altered)).toEqual(['altered']);
  const whole = chainOf(3);
  expect(
    await kinds(
      whole.filter((row) => row.seq !== 2),
      headOf(whole),
    ),
  ).toEqual(['missing']);
});
