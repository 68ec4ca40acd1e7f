/**
 * A model of one step, written byte by byte: it looks each piece of a text up in a table. So what it says of a text is known, and the real runtime can be asked.
 *
 * Source: the file format of ONNX, onnx.proto (ModelProto, GraphProto, NodeProto, TensorProto, ValueInfoProto).
 */
import { Buffer } from 'node:buffer';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FLOAT = 1;
const INT64 = 7;

function varint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) + 128);
  }
}
const number = (field: number, value: number) => Buffer.concat([varint(field * 8), varint(value)]);
function bytes(field: number, value: Buffer | string): Buffer {
  const body = Buffer.from(value);
  return Buffer.concat([varint(field * 8 + 2), varint(body.length), body]);
}
const message = (field: number, ...parts: readonly Buffer[]) => bytes(field, Buffer.concat(parts));

const valueInfo = (field: number, name: string, type: number, dims: readonly (string | number)[]) =>
  message(
    field,
    bytes(1, name),
    message(
      2,
      message(
        1,
        number(1, type),
        message(2, ...dims.map((dim) => message(1, typeof dim === 'number' ? number(1, dim) : bytes(2, dim)))),
      ),
    ),
  );

function modelOf(table: readonly (readonly number[])[]): Buffer {
  const dimensions = table[0]?.length ?? 0;
  const data = Buffer.from(Float32Array.from(table.flat()).buffer);
  const graph = message(
    7,
    message(1, bytes(1, 'table'), bytes(1, 'input_ids'), bytes(2, 'last_hidden_state'), bytes(4, 'Gather')),
    bytes(2, 'tiny'),
    message(5, number(1, table.length), number(1, dimensions), number(2, FLOAT), bytes(8, 'table'), bytes(9, data)),
    valueInfo(11, 'input_ids', INT64, ['texts', 'pieces']),
    valueInfo(11, 'attention_mask', INT64, ['texts', 'pieces']),
    valueInfo(12, 'last_hidden_state', FLOAT, ['texts', 'pieces', dimensions]),
  );
  return Buffer.concat([number(1, 8), graph, message(8, bytes(1, ''), number(2, 13))]);
}

/** Writes a model that has a vector for each piece, in the order of the vocabulary. */
export function writeTinyModel(folder: string, vocabulary: Readonly<Record<string, readonly number[]>>): void {
  mkdirSync(join(folder, 'onnx'), { recursive: true });
  writeFileSync(join(folder, 'onnx', 'model.onnx'), modelOf(Object.values(vocabulary)));
  writeFileSync(join(folder, 'vocab.txt'), `${Object.keys(vocabulary).join('\n')}\n`);
}
