/**
 * Reads a labelled set for retrieval, one JSON object a line. A line that cannot be used is left out and named by its number, so that one
 * slip in a large set does not hide what the rest says.
 */
import { isUtf8 } from 'node:buffer';

import { z } from 'zod';

import type { LabelledDocument, LabelledQuery, LabelledSet } from '../../evals/retrieval/labelled-set.port.ts';
import { readLines } from '../import/read-lines.ts';

const idSchema = z.string().min(1);
const scopeSchema = z.string().min(1);

/** Members that are not named here are ignored. */
const lineSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('doc'),
    id: idSchema,
    scope: scopeSchema,
    text: z.string(),
    at: z.string().nullish(),
    group: z.string().nullish(),
  }),
  z.object({
    kind: z.literal('query'),
    id: idSchema,
    scope: scopeSchema,
    text: z.string(),
    relevant: z.array(idSchema).min(1, 'must name at least one document'),
    type: z.string().nullish().catch(null),
  }),
]);

export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly why: string;
}

export interface ReadSet {
  readonly set: LabelledSet;
  readonly badLines: readonly BadLine[];
}

/** Throws `usage` when the file cannot be read. */
export async function readLabelledSet(path: string): Promise<ReadSet> {
  const documents: LabelledDocument[] = [];
  const queries: (LabelledQuery & { readonly line: number })[] = [];
  const badLines: BadLine[] = [];
  const known = new Set<string>();
  const keyOf = (kind: string, scope: string, id: string) => JSON.stringify([kind, scope, id]);

  for await (const { number, bytes } of readLines(path, () => {})) {
    if (!isUtf8(bytes)) {
      badLines.push({ line: number, why: 'is not UTF-8' });
      continue;
    }
    const text = bytes.toString('utf8').trim();
    if (text === '') continue;
    const parsed = parseLine(text);
    if (typeof parsed === 'string') {
      badLines.push({ line: number, why: parsed });
      continue;
    }
    const key = keyOf(parsed.kind, parsed.scope, parsed.id);
    if (known.has(key)) {
      badLines.push({ line: number, why: `there is a ${parsed.kind} ${parsed.id} in ${parsed.scope} already` });
      continue;
    }
    known.add(key);
    if (parsed.kind === 'doc') {
      const { id, scope, group } = parsed;
      documents.push({ id, scope, text: parsed.text, group: group ?? null });
    } else {
      const { id, scope, relevant, type } = parsed;
      queries.push({ id, scope, text: parsed.text, relevant, type: type ?? null, line: number });
    }
  }
  // A query may stand before its documents, so this can be seen only at the end.
  for (const { id, scope, relevant, line } of queries) {
    const missing = relevant.filter((document) => !known.has(keyOf('doc', scope, document)));
    if (missing.length > 0) {
      badLines.push({
        line,
        why: `query ${id} names ${missing.join(', ')}, which ${scope} does not have; never found`,
      });
    }
  }
  const plain = queries.map(({ line: _, ...query }) => query);
  return { set: { documents, queries: plain }, badLines: badLines.toSorted((a, b) => a.line - b.line) };
}

function parseLine(text: string): z.infer<typeof lineSchema> | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return 'is no JSON';
  }
  const parsed = lineSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue === undefined || issue.path.length === 0 ? '' : `${issue.path.join('.')}: `;
  return `${place}${issue?.message ?? 'is not a doc or query'}`;
}
