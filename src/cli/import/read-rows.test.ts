import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import { readRows } from './read-rows.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-rows-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Each reading as one line: `3: a=1 b=2`, or `3! what is wrong`. */
async function read(content: string | Buffer, name = 'rows.csv'): Promise<readonly string[]> {
  const path = join(folder, name);
  writeFileSync(path, content);
  const found: string[] = [];
  for await (const item of readRows(path, () => {})) {
    if (item.kind === 'columns') found.push(`columns ${item.columns.join('|')}`);
    else if (item.kind === 'fault') found.push(`${item.line}! ${item.detail}`);
    else found.push(`${item.row.line}: ${[...item.row.cells].map(([column, cell]) => `${column}=${cell}`).join(' ')}`);
  }
  return found;
}

describe('CSV', () => {
  test('quotes, doubled quotes, delimiters and line ends inside cells', async () => {
    expect(await read('a,b\n"x, ""y""",2\n"two\r\nlines",3\n,\n')).toEqual([
      'columns a|b',
      '2: a=x, "y" b=2',
      '3: a=two\r\nlines b=3',
      '5: a= b=',
    ]);
  });

  test.each([
    ['LF', 'a,b\n1,2\n3,4'],
    ['CRLF', 'a,b\r\n1,2\r\n3,4\r\n'],
    ['CR', 'a,b\r1,2\r3,4\r'],
    ['mixed', 'a,b\r\n1,2\n3,4\r\n'],
    ['a byte order mark', '\uFEFFa,b\n1,2\n3,4\n'],
    ['spaces in the header', ' a , b\n1,2\n3,4\n'],
  ])('%s', async (_name, content) => {
    expect(await read(content)).toEqual(['columns a|b', '2: a=1 b=2', '3: a=3 b=4']);
  });

  test('empty lines are passed over and counted', async () => {
    expect(await read('\na\n\n1\n \n2\n\n')).toEqual(['columns a', '4: a=1', '6: a=2']);
  });

  test('a row with more or fewer cells than columns is told by line, and reading goes on', async () => {
    expect(await read('a,b\n1\n1,2,3\n1,2\n')).toEqual([
      'columns a|b',
      '2! has 1 cells, and the header has 2 columns',
      '3! has 3 cells, and the header has 2 columns',
      '4: a=1 b=2',
    ]);
  });

  test('a stray quote costs one row and not the rest of the file', async () => {
    expect(await read('a,b\n1,5" pipe\n2,x\n"3"3,x\n4,"y\n5,z\n')).toEqual([
      'columns a|b',
      '2! its quotes are misplaced',
      '3: a=2 b=x',
      '4! its quotes are misplaced',
      '5! a quote is opened and never closed',
      '6: a=5 b=z',
    ]);
  });

  test('a line that is not UTF-8 is told by line', async () => {
    const content = Buffer.concat([Buffer.from('a,b\n1,'), Buffer.from([0xe9]), Buffer.from('\n2,é\n')]);
    expect(await read(content)).toEqual(['columns a|b', '2! is not UTF-8', '3: a=2 b=é']);
  });

  test('a file longer than the buffers of the reader', async () => {
    const rows = Array.from({ length: 40_000 }, (_, index) => `${index},"ä${'x'.repeat(index % 7)}"`);
    const found = await read(`n,text\r\n${rows.join('\r\n')}`);
    expect(found).toHaveLength(40_001);
    expect(found.at(-1)).toBe('40001: n=39999 text=äx');
    expect(found.some((line) => line.includes('!'))).toBe(false);
  });

  test('tabs in a .tsv', async () => {
    expect(await read('a\tb\n1,5\t2\n', 'rows.TSV')).toEqual(['columns a|b', '2: a=1,5 b=2']);
  });

  test.each([
    ['', 'is empty: the first line must name the columns'],
    ['a,b,a\n', 'line 1: the column "a" is named twice'],
    ['"a\n1\n', 'line 1: a quote is opened and never closed'],
    [Buffer.from('\uFEFFa\n', 'utf16le'), 'is encoded as UTF-16. Save it as UTF-8.'],
  ])('a file without a usable header is refused (%#)', async (content, message) => {
    await expect(read(content)).rejects.toThrow(message);
  });

  test('a column without a name gets its place as a name', async () => {
    expect(await read('a,\n1,2\n')).toEqual(['columns a|column 2', '2: a=1 column 2=2']);
  });
});

describe('JSONL', () => {
  test('values of all kinds, inner objects and lists', async () => {
    const content = '{"a":1,"b":{"c":true,"d":null}}\r\n\r\n{"a":"x","l":[1,2]}';
    expect(await read(content, 'rows.jsonl')).toEqual(['1: a=1 b.c=true b.d=null', '3: a=x l=[1,2]']);
  });

  test('what is no object is told by line', async () => {
    expect(await read('[1]\n{"a":}\n"x"\n{"a":1}\n', 'rows.ndjson')).toEqual([
      '1! is not a JSON object',
      '2! is not a JSON object',
      '3! is not a JSON object',
      '4: a=1',
    ]);
  });
});

test('what is no file with rows is refused', async () => {
  await expect(read('x', 'rows.xlsx')).rejects.toThrow('the name must end in .csv, .tsv, .jsonl or .ndjson');
  const missing = readRows(join(folder, 'missing.csv'), () => {});
  await expect(missing.next()).rejects.toThrow('cannot be read: there is no such file');
});

test('every byte is seen once', async () => {
  const path = join(folder, 'bytes.csv');
  writeFileSync(path, '\uFEFFa\r\n1\r\n');
  let bytes = 0;
  for await (const _ of readRows(path, (chunk) => (bytes += chunk.length)));
  expect(bytes).toBe(9);
});
