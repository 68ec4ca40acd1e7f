/** Embeddings by a model on this machine: how texts are cut, what is said when something is missing, and the real runtime where it is installed. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { readModelFolder } from '../src/memory/retrieval/embeddings/model-folder.ts';
import { openOnnxEmbedder } from '../src/memory/retrieval/embeddings/onnx-embedder.ts';
import { createWordPiece } from '../src/memory/retrieval/embeddings/word-piece.ts';
import { describeOnnx } from './needs.ts';
import { writeTinyModel } from './tiny-model.ts';

const TABLE = {
  '[PAD]': [9, 9, 9],
  '[UNK]': [0, 0, 1],
  '[CLS]': [0, 0, 0],
  '[SEP]': [0, 0, 0],
  red: [3, 0, 0],
  green: [0, 3, 0],
  '##ish': [3, 3, 0],
  ',': [0, 0, 6],
  uber: [1, 1, 1],
  語: [2, 2, 2],
};
const VOCABULARY = Object.keys(TABLE);

describe('pieces of words', () => {
  const cut = (text: string, options: { lowerCase?: boolean; maxLength?: number } = {}) =>
    createWordPiece({ vocabulary: VOCABULARY, lowerCase: true, maxLength: 512, ...options })(text).map(
      (piece) => VOCABULARY[piece],
    );

  it('are the longest of the vocabulary, word by word and sign by sign', () => {
    expect(cut('Red, greenish')).toEqual(['[CLS]', 'red', ',', 'green', '##ish', '[SEP]']);
    expect(cut('Über\u0000\u00A0語red')).toEqual(['[CLS]', 'uber', '語', 'red', '[SEP]']);
    expect(cut('')).toEqual(['[CLS]', '[SEP]']);
  });

  it('are unknown when a word cannot be put together from them', () => {
    expect(cut('redder green')).toEqual(['[CLS]', '[UNK]', 'green', '[SEP]']);
    expect(cut('Red', { lowerCase: false })).toEqual(['[CLS]', '[UNK]', '[SEP]']);
    expect(cut('red'.repeat(50))).toEqual(['[CLS]', '[UNK]', '[SEP]']);
  });

  it('are never more than the model takes', () => {
    expect(cut('red '.repeat(1_000), { maxLength: 5 })).toEqual(['[CLS]', 'red', 'red', 'red', '[SEP]']);
    expect(cut('greenish greenish', { maxLength: 5 })).toEqual(['[CLS]', 'green', '##ish', 'green', '[SEP]']);
  });
});

describe('the folder of a model', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-model-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('is refused with what is missing in it', async () => {
    await expect(readModelFolder(folder)).rejects.toThrow(/no model\.onnx/);
    writeTinyModel(folder, TABLE);
    rmSync(join(folder, 'vocab.txt'));
    await expect(readModelFolder(folder)).rejects.toThrow(/neither tokenizer\.json nor vocab\.txt/);
    writeFileSync(join(folder, 'tokenizer.json'), JSON.stringify({ model: { type: 'BPE', vocab: {} } }));
    await expect(readModelFolder(folder)).rejects.toThrow(/none of a WordPiece model/);
    const load = () => Promise.reject(new Error('not found'));
    await expect(openOnnxEmbedder({ folder, dimensions: 3, load })).rejects.toThrow(
      /npm install --no-save onnxruntime-node/,
    );
  });

  it('is named after its model, so that two models never share a space', async () => {
    const vocab = Object.fromEntries(VOCABULARY.map((piece, at) => [piece, at]));
    writeFileSync(
      join(folder, 'tokenizer.json'),
      JSON.stringify({ model: { type: 'WordPiece', vocab }, normalizer: { lowercase: true } }),
    );
    const first = await readModelFolder(folder);
    expect(first.tokenizer('Red').map((piece) => VOCABULARY[piece])).toEqual(['[CLS]', 'red', '[SEP]']);
    writeTinyModel(folder, { ...TABLE, red: [3, 0, 1] });
    expect((await readModelFolder(folder)).name).not.toBe(first.name);
  });
});

describeOnnx('a model on this machine', (specifier) => {
  let folder = '';
  const load = (): Promise<unknown> => import(specifier.startsWith('/') ? pathToFileURL(specifier).href : specifier);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-onnx-'));
    writeTinyModel(folder, TABLE);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const rounded = (vectors: readonly Float32Array[]) =>
    vectors.map((vector) => [...vector].map((value) => Number(value.toFixed(4))));

  it('gives the mean of its pieces, of length 1, whatever else is in the batch', async () => {
    const embedder = await openOnnxEmbedder({ folder, dimensions: 3, load });
    expect(embedder.space).toMatchObject({ provider: 'onnx', dimensions: 3 });
    const half = Number(Math.SQRT1_2.toFixed(4));
    expect(rounded(await embedder.embed(['red', 'red green', 'Greenish, red green', ''], 'document'))).toEqual([
      [1, 0, 0],
      [half, half, 0],
      [6, 9, 6].map((value) => Number((value / Math.hypot(6, 9, 6)).toFixed(4))),
      [0, 0, 0],
    ]);
    expect(rounded(await embedder.embed(['red'], 'query'))).toEqual([[1, 0, 0]]);
    expect(await embedder.embed([], 'query')).toEqual([]);
  });

  it('is refused at the start when it gives other dimensions, or is no model', async () => {
    await expect(openOnnxEmbedder({ folder, dimensions: 4, load })).rejects.toThrow(/vectors of 3 dimensions.*says 4/);
    const broken = mkdtempSync(join(tmpdir(), 'gatehouse-onnx-'));
    writeTinyModel(broken, TABLE);
    writeFileSync(join(broken, 'model.onnx'), 'no model');
    await expect(openOnnxEmbedder({ folder: broken, dimensions: 3, load })).rejects.toThrow(/cannot be loaded/);
    rmSync(broken, { recursive: true, force: true });
  });
});
