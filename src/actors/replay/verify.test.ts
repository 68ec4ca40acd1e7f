/** What verification finds in a chain, while hosts may go on writing to it, and how it names what was done. */
import { hash as hashOf } from 'node:crypto';

import { describe, expect, it } from 'vitest';

import { asId } from '../../domain/ids.ts';
import type { Hash } from '../../domain/ids.ts';
import { GENESIS_HASH, ledgerHash } from '../../domain/ledger-event.ts';
import type { LedgerRow } from '../../domain/ledger-event.ts';
import { ChainCheck } from './chain-check.ts';
import type { LedgerReader } from './ledger-reader.port.ts';
import { verifyLedger } from './verify.ts';

const digest = (text: string) => hashOf('sha256', text, 'hex');

function rehashed(row: LedgerRow): LedgerRow {
  return { ...row, hash: ledgerHash(row, row.body, row.sealed, row.prevHash, digest) };
}

function chainOf(length: number, partition = 0): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (let seq = 1; seq <= length; seq += 1) {
    const header = {
      partition,
      seq,
      tenant: 't',
      type: 'signal.received',
      schemaVersion: 1,
      actor: { kind: 'lead', id: 'l' },
      actorSeq: seq,
      scope: 'l',
      at: seq,
      causation: null,
      correlation: 'c',
      batch: null,
    } as unknown as LedgerRow;
    const prevHash: Hash = rows.at(-1)?.hash ?? GENESIS_HASH;
    const turnLength = seq % 3 === 1 ? Math.min(3, length - seq + 1) : 0;
    const body = `{"n":${seq}}`;
    rows.push(rehashed({ ...header, body, sealed: null, sealedSubject: null, prevHash, hash: prevHash, turnLength }));
  }
  return rows;
}

interface Head {
  readonly seq: number;
  readonly hash: Hash;
}
const headOf = (rows: readonly LedgerRow[]): Head => ({ seq: rows.length, hash: rows.at(-1)?.hash ?? GENESIS_HASH });

/** A ledger whose head of partition 0 is told as it is at each asking. */
function readerOf(rows: readonly LedgerRow[], heads: ReadonlyMap<number, () => Head>): LedgerReader {
  return {
    heads: () =>
      Promise.resolve(
        Array.from({ length: 64 }, (_, partition) => ({
          partition,
          ...(heads.get(partition)?.() ?? { seq: 0, hash: GENESIS_HASH }),
        })),
      ),
    slice: ({ partition, after }: { readonly partition: number; readonly after: number }) =>
      Promise.resolve(
        rows.filter((row) => row.partition === partition && row.seq > after).toSorted((a, b) => a.seq - b.seq),
      ),
    strays: () => Promise.resolve(rows.filter((row) => row.partition > 63)),
  } as unknown as LedgerReader;
}

/** What is found, as `kind seq`, by both ways of checking. */
async function foundIn(rows: readonly LedgerRow[], head: Head): Promise<readonly string[]> {
  const { faults } = await verifyLedger(readerOf(rows, new Map([[0, () => head]])), digest);
  const check = new ChainCheck(digest, [{ partition: 0, ...head }]);
  for (const row of rows.toSorted((a, b) => a.seq - b.seq)) check.add(row);
  expect(check.finish().faults).toEqual(faults);
  return faults.map(({ kind, seq }) => `${kind} ${seq}`);
}

const without = (rows: readonly LedgerRow[], ...seqs: readonly number[]) =>
  rows.filter((row) => !seqs.includes(row.seq));
const changed = (rows: readonly LedgerRow[], seq: number, change: Partial<LedgerRow>) =>
  rows.map((row) => (row.seq === seq ? { ...row, ...change } : row));
/** The rows of two positions in each other's place, with the columns that `taken` gives them. */
const swapped = (
  rows: readonly LedgerRow[],
  one: number,
  two: number,
  taken: (content: LedgerRow, place: LedgerRow) => LedgerRow,
) =>
  rows.map((row) => {
    const other = row.seq === one ? rows[two - 1] : row.seq === two ? rows[one - 1] : undefined;
    return other === undefined ? row : taken(other, row);
  });
const shifted = (rows: readonly LedgerRow[], from: number, by: number) =>
  rows.map((row) => (row.seq >= from ? { ...row, seq: row.seq + by } : row));

describe('a chain that is whole', () => {
  it('ends at its head', async () => {
    const rows = chainOf(5);
    expect(await foundIn(rows, headOf(rows))).toEqual([]);
  });

  it('may grow while it is read', async () => {
    const rows = chainOf(8);
    let asked = 0;
    const reader = readerOf(rows, new Map([[0, () => headOf(asked++ === 0 ? rows.slice(0, 5) : rows)]]));
    expect(await verifyLedger(reader, digest)).toEqual({ events: 8, faults: [], unnamed: 0 });
  });
});

describe('a damaged chain', () => {
  const rows = chainOf(300);
  const head = headOf(rows);
  const row = (seq: number) => rows[seq - 1] as LedgerRow;
  const place = (content: LedgerRow, { seq }: LedgerRow) => ({ ...content, seq });

  it.each<[string, readonly LedgerRow[], Head, readonly string[]]>([
    ['an altered body', changed(rows, 7, { body: '{"n":8}' }), head, ['altered 7']],
    ['an altered header', changed(rows, 7, { at: 9 }), head, ['altered 7']],
    ['an altered hash', changed(rows, 7, { hash: row(9).hash }), head, ['altered 7']],
    ['an altered link', changed(rows, 7, { prevHash: row(9).hash }), head, ['altered 7']],
    ['an altered turn', changed(rows, 7, { turnLength: 2 }), head, ['altered 9']],
    ['a row rewritten with its hash', changed(rows, 7, rehashed({ ...row(7), body: '{}' })), head, ['altered 7']],
    ['a rewritten first row', changed(rows, 1, rehashed({ ...row(1), body: '{}' })), head, ['altered 1']],
    ['a rewritten last row', changed(rows, 300, rehashed({ ...row(300), body: '{}' })), head, ['head_differs 300']],
    ['a missing row', without(rows, 7), head, ['missing 7']],
    ['the first rows missing', without(rows, 1, 2), head, ['missing 1']],
    ['a missing row, and those after it moved up', shifted(without(rows, 7), 8, -1), head, ['missing 7']],
    [
      'the last row but one missing, and the last moved up',
      shifted(without(rows, 299), 300, -1),
      head,
      ['missing 299'],
    ],
    [
      'a row put in by moving those after it down',
      [...shifted(rows, 7, 1), rehashed({ ...row(7), body: '{}' })],
      head,
      ['inserted 7'],
    ],
    ['a row put in without a right hash', [...shifted(rows, 7, 1), { ...row(7), body: '{}' }], head, ['inserted 7']],
    ['a row before the first', [{ ...row(1), seq: 0 }, ...rows], head, ['inserted 0']],
    ['a row after the last', rows, headOf(rows.slice(0, 299)), ['inserted 300']],
    ['swapped neighbours', swapped(rows, 7, 8, place), head, ['swapped 7']],
    ['rows swapped near each other', swapped(rows, 7, 40, place), head, ['swapped 7']],
    ['rows swapped far from each other', swapped(rows, 7, 240, place), head, ['swapped 7']],
    ['the last two rows swapped', swapped(rows, 299, 300, place), head, ['swapped 299']],
    [
      'swapped rows whose links stayed',
      swapped(rows, 7, 40, (content, { seq, prevHash }) => ({ ...content, seq, prevHash })),
      head,
      ['swapped 7'],
    ],
    [
      'swapped rows whose links and hashes stayed',
      swapped(rows, 7, 40, (content, { seq, prevHash, hash }) => ({ ...content, seq, prevHash, hash })),
      head,
      ['swapped 7'],
    ],
    ['swapped bodies', swapped(rows, 7, 40, ({ body }, other) => ({ ...other, body })), head, ['swapped 7']],
    [
      'a row in the place of another',
      [...without(rows, 7, 40), { ...row(40), seq: 7 }],
      head,
      ['missing 40', 'moved 7'],
    ],
    ['a cut tail', rows.slice(0, 290), head, ['cut_off 291']],
    ['an emptied chain', [], head, ['cut_off 1']],
    ['a head of another chain', rows, { ...head, hash: asId<Hash>('f'.repeat(64)) }, ['head_differs 300']],
  ])('has %s', async (_title, damaged, itsHead, expected) => {
    expect([...(await foundIn(damaged, itsHead))].toSorted()).toEqual([...expected].toSorted());
  });

  it('is named for each of several faults', async () => {
    let damaged: readonly LedgerRow[] = changed(rows, 5, { body: '{}' });
    damaged = without(damaged, 20, 21);
    damaged = damaged.map((item) =>
      item.seq === 30 ? { ...row(33), seq: 30 } : item.seq === 33 ? { ...row(30), seq: 33 } : item,
    );
    damaged = changed(damaged, 50, rehashed({ ...row(50), at: 1 }));
    damaged = [...shifted(damaged, 100, 1), rehashed({ ...row(100), body: '{}' })];
    damaged = damaged.filter((item) => item.seq <= 295);
    expect(await foundIn(damaged, head)).toEqual([
      'altered 5',
      'missing 20',
      'swapped 30',
      'altered 50',
      'inserted 100',
      'cut_off 295',
    ]);
  });

  it('is named when rows of two partitions were swapped', async () => {
    const others = chainOf(20, 3);
    const one = row(7);
    const two = others[4] as LedgerRow;
    const damaged = [...rows, ...others].map((item) => {
      if (item === one) return { ...two, partition: 0, seq: 7 };
      return item === two ? { ...one, partition: 3, seq: 5 } : item;
    });
    const heads = new Map([
      [0, () => head],
      [3, () => headOf(others)],
    ]);
    const { faults } = await verifyLedger(readerOf(damaged, heads), digest);
    expect(faults).toMatchObject([{ partition: 0, seq: 7, kind: 'swapped' }]);
    expect(faults[0]?.detail).toBe('the rows at 7 and 5 of partition 3 were swapped');
  });

  it('is found in a partition that does not exist, and without a head', async () => {
    const stray = { ...row(1), partition: 70 };
    const reader = readerOf([...rows, stray], new Map([[0, () => head]]));
    const headless: LedgerReader = {
      ...reader,
      heads: async () => (await reader.heads()).filter(({ partition }) => partition !== 0),
    };
    const { faults } = await verifyLedger(headless, digest);
    expect(faults.map(({ kind, partition }) => [kind, partition])).toEqual([
      ['head_differs', 0],
      ['inserted', 70],
    ]);
  });
});
