/**
 * Embeddings by a model on this machine: nothing leaves it. The runtime is an optional package of its own, because it is large and has native parts.
 * A text is the mean of what the model says of its pieces, scaled to length 1.
 *
 * Source: Reimers and Gurevych, Sentence-BERT, 2019, which found the mean of all pieces better than the first or the largest.
 */
import { GatehouseError } from '../../../domain/errors.ts';
import type { Embedder } from './embedder.port.ts';
import { unitVector } from './http-embedder.ts';
import { readModelFolder } from './model-folder.ts';

/** What is used of `onnxruntime-node`. */
interface Tensor {
  readonly data: unknown;
  readonly dims: readonly number[];
}
interface Session {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Readonly<Record<string, Tensor>>): Promise<Readonly<Record<string, Tensor>>>;
}
interface Runtime {
  readonly InferenceSession: { create(path: string): Promise<Session> };
  readonly Tensor: new (type: 'int64', data: BigInt64Array, dims: readonly number[]) => Tensor;
}

const PACKAGE = 'onnxruntime-node';
/** A small batch keeps texts of different length from filling each other up. */
const BATCH_MAX = 16;

export interface OnnxOptions {
  readonly folder: string;
  readonly dimensions: number;
  /** Loads the runtime; by default the installed package. */
  readonly load?: () => Promise<unknown>;
}

/** Throws `usage` with what to install or set when the runtime, the model or its number of dimensions is not there. */
export async function openOnnxEmbedder({
  folder,
  dimensions,
  load = () => import('onnxruntime-node'),
}: OnnxOptions): Promise<Embedder> {
  const runtime = await runtimeOf(load);
  const { file, name, tokenizer } = await readModelFolder(folder);
  const session = await runtime.InferenceSession.create(file).catch((error: unknown) => {
    throw new GatehouseError(
      'usage',
      `The model ${file} cannot be loaded: ${error instanceof Error ? error.message : String(error)}.`,
      { cause: error },
    );
  });

  async function embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    if (texts.length === 0) return [];
    const rows = texts.map(tokenizer);
    const width = Math.max(...rows.map((row) => row.length));
    const filled = (valueOf: (row: readonly number[], at: number) => number): Tensor =>
      new runtime.Tensor(
        'int64',
        BigInt64Array.from(rows.flatMap((row) => Array.from({ length: width }, (_, at) => BigInt(valueOf(row, at))))),
        [rows.length, width],
      );
    const inputs: Readonly<Record<string, Tensor>> = {
      input_ids: filled((row, at) => row[at] ?? 0),
      attention_mask: filled((row, at) => (at < row.length ? 1 : 0)),
      token_type_ids: filled(() => 0),
    };
    const feeds = Object.fromEntries(
      session.inputNames.map((input) => {
        const tensor = inputs[input];
        if (tensor === undefined)
          throw new GatehouseError(
            'usage',
            `The model ${file} wants ${input}, which no text model of this kind needs.`,
          );
        return [input, tensor];
      }),
    );
    const [output = ''] = session.outputNames;
    const { data, dims } = (await session.run(feeds))[output] ?? { data: null, dims: [] };
    if (
      !(data instanceof Float32Array) ||
      dims.at(-1) !== dimensions ||
      dims[0] !== rows.length ||
      dims.length < 2 ||
      dims.length > 3
    )
      throw new GatehouseError(
        'usage',
        `The model ${file} gives vectors of ${dims.at(-1) ?? 'no'} dimensions, and GATEHOUSE_EMBEDDINGS says ${dimensions}. Set it to what the model gives.`,
      );
    // Some models give one vector a text, most one a piece.
    return rows.map((row, at) =>
      dims.length === 2
        ? unitVector([...data.subarray(at * dimensions, (at + 1) * dimensions)])
        : meanOf(data.subarray(at * width * dimensions, (at + 1) * width * dimensions), row.length, dimensions),
    );
  }

  // Whatever is wrong with the model is known at the start, and not at the first search.
  await embed(['']);
  return { space: { provider: 'onnx', model: name, dimensions }, batchMax: BATCH_MAX, embed };
}

/** Of the first `count` vectors, which are those of the text; the others only fill it up. */
function meanOf(vectors: Float32Array, count: number, dimensions: number): Float32Array {
  const sums = Array.from({ length: dimensions }, () => 0);
  for (let at = 0; at < count * dimensions; at += 1)
    sums[at % dimensions] = (sums[at % dimensions] ?? 0) + (vectors[at] ?? 0);
  return unitVector(sums);
}

async function runtimeOf(load: () => Promise<unknown>): Promise<Runtime> {
  try {
    const found = (await load()) as Runtime & { readonly default?: Runtime };
    return found.default ?? found;
  } catch (error) {
    throw new GatehouseError(
      'usage',
      `GATEHOUSE_EMBEDDINGS names a model on this machine, and ${PACKAGE} is not installed. Run npm install --no-save ${PACKAGE} in the folder of Gatehouse, or use another provider.`,
      { cause: error },
    );
  }
}
