/**
 * Makes the generated API description fit to read: schemas that nothing refers to go, the copies that the generator makes for input
 * lose their suffix, and the examples of a schema show up where a body is described.
 */

const REFERENCE = /"#\/components\/schemas\/([^"]+)"/g;
const INPUT_SUFFIX = 'Input';

type Json = Readonly<Record<string, unknown>>;

export function tidyDocument<Document>(document: Document): Document {
  const { paths = {}, components = {} } = document as { readonly paths?: Json; readonly components?: Json };
  const schemas = (components['schemas'] ?? {}) as Json;
  const used = namesUsed(paths, schemas);
  const renames = renamesOf(used, schemas);
  const kept = Object.fromEntries([...used].map((name) => [renames.get(name) ?? name, schemas[name]]));
  const sorted = Object.fromEntries(Object.entries(kept).toSorted(([left], [right]) => (left < right ? -1 : 1)));
  const text = JSON.stringify({ ...document, components: { ...components, schemas: sorted } });
  const renamed = text.replace(REFERENCE, (_whole, name: string) => referenceTo(renames.get(name) ?? name));
  const tidied = JSON.parse(renamed) as { readonly paths: Json };
  addBodyExamples(tidied.paths, sorted);
  return tidied as Document;
}

function referenceTo(name: string): string {
  return `"#/components/schemas/${name}"`;
}

/** Names that the paths refer to, directly or through other schemas. */
function namesUsed(paths: Json, schemas: Json): ReadonlySet<string> {
  const used = new Set<string>();
  const open: unknown[] = [paths];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    for (const [, name = ''] of JSON.stringify(value).matchAll(REFERENCE)) {
      if (used.has(name) || !Object.hasOwn(schemas, name)) continue;
      used.add(name);
      open.push(schemas[name]);
    }
  }
  return used;
}

/** An input keeps its own name, unless an output that differs has it. */
function renamesOf(used: ReadonlySet<string>, schemas: Json): ReadonlyMap<string, string> {
  const renames = new Map<string, string>();
  for (const name of used) {
    const plain = name.slice(0, -INPUT_SUFFIX.length);
    if (!name.endsWith(INPUT_SUFFIX) || !Object.hasOwn(schemas, plain)) continue;
    const differs = used.has(plain) && withoutSuffix(schemas[plain]) !== withoutSuffix(schemas[name]);
    if (!differs) renames.set(name, plain);
  }
  return renames;
}

function withoutSuffix(schema: unknown): string {
  return JSON.stringify(schema).replaceAll(/Input"/g, '"');
}

interface MediaType {
  schema?: unknown;
  example?: unknown;
}

function addBodyExamples(paths: Json, schemas: Json): void {
  for (const operation of Object.values(paths).flatMap((path) => Object.values(path as Json))) {
    const { requestBody } = operation as { readonly requestBody?: { readonly content?: Record<string, MediaType> } };
    for (const media of Object.values(requestBody?.content ?? {})) {
      const example = exampleOf(media.schema, schemas);
      if (example !== undefined) media.example ??= example;
    }
  }
}

function exampleOf(schema: unknown, schemas: Json): unknown {
  const { $ref, anyOf, items, examples } = schema as {
    readonly $ref?: string;
    readonly anyOf?: readonly unknown[];
    readonly items?: unknown;
    readonly examples?: readonly unknown[];
  };
  if (examples !== undefined) return examples[0];
  if ($ref !== undefined) return exampleOf(schemas[$ref.slice($ref.lastIndexOf('/') + 1)], schemas);
  if (anyOf?.[0] !== undefined) return exampleOf(anyOf[0], schemas);
  const item = items === undefined ? undefined : exampleOf(items, schemas);
  return item === undefined ? undefined : [item];
}
