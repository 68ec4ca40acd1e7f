/** A model in a folder, as model hubs lay it out: `model.onnx`, also under `onnx/`, beside `tokenizer.json` or `vocab.txt`. */
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

import { z } from 'zod';

import { GatehouseError } from '../../../domain/errors.ts';
import { createWordPiece } from './word-piece.ts';
import type { Tokenizer } from './word-piece.ts';

const MODEL_FILES = ['model.onnx', 'onnx/model.onnx'];
/** What models of this kind take at the most, when their folder does not say less. */
const LENGTH_MAX = 512;
const DIGEST_LENGTH = 12;

const tokenizerSchema = z.object({
  model: z.object({ type: z.literal('WordPiece').optional(), vocab: z.record(z.string(), z.int().min(0)) }),
  normalizer: z.object({ lowercase: z.boolean().optional() }).nullish(),
});
const configSchema = z.object({ do_lower_case: z.boolean().optional(), model_max_length: z.number().optional() });

export interface ModelFolder {
  readonly file: string;
  /** Name of the folder and digest of the model, so that two models never pass for one. */
  readonly name: string;
  readonly tokenizer: Tokenizer;
}

/** Throws `usage` with the file that is missing, or what is wrong with it. */
export async function readModelFolder(folder: string): Promise<ModelFolder> {
  const file = MODEL_FILES.map((name) => join(folder, name)).find((path) => existsSync(path));
  if (file === undefined)
    throw new GatehouseError(
      'usage',
      `There is no model.onnx in ${folder}. GATEHOUSE_EMBEDDINGS must name the folder of a model: onnx:FOLDER:DIMENSIONS.`,
    );
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(file)) digest.update(chunk as Buffer);
  const name = `${basename(resolve(folder))}@${digest.digest('hex').slice(0, DIGEST_LENGTH)}`;
  return { file, name, tokenizer: tokenizerOf(folder) };
}

function tokenizerOf(folder: string): Tokenizer {
  const config = read(folder, 'tokenizer_config.json', configSchema) ?? {};
  const maxLength = Math.min(LENGTH_MAX, config.model_max_length ?? LENGTH_MAX);
  const tokenizer = read(folder, 'tokenizer.json', tokenizerSchema);
  if (tokenizer !== null) {
    const vocabulary: string[] = [];
    for (const [piece, number] of Object.entries(tokenizer.model.vocab)) vocabulary[number] = piece;
    const lowerCase = tokenizer.normalizer?.lowercase ?? config.do_lower_case ?? true;
    return createWordPiece({ vocabulary: Array.from(vocabulary, (piece) => piece ?? ''), lowerCase, maxLength });
  }
  const path = join(folder, 'vocab.txt');
  if (!existsSync(path))
    throw new GatehouseError(
      'usage',
      `There is neither tokenizer.json nor vocab.txt in ${folder}, so its texts cannot be cut into the pieces that the model knows.`,
    );
  const vocabulary = readFileSync(path, 'utf8').split(/\r?\n/);
  return createWordPiece({ vocabulary, lowerCase: config.do_lower_case ?? true, maxLength });
}

function read<Schema extends z.ZodType>(folder: string, name: string, schema: Schema): z.infer<Schema> | null {
  const path = join(folder, name);
  if (!existsSync(path)) return null;
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    throw new GatehouseError('usage', `${path} is not JSON.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success)
    throw new GatehouseError(
      'usage',
      `${path} is none of a WordPiece model; models that cut words otherwise are not supported.`,
    );
  return parsed.data;
}
