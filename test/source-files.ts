/**
 * Reads the sources as syntax trees for the tests that check what the compiler and the linter cannot express.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

import { parseSync } from 'oxc-parser';

const ROOT = new URL('../', import.meta.url);

export const PURE_FOLDERS = ['domain', 'stats', 'policies', 'machines'] as const;

export interface SourceFile {
  /** From the root of the repository, with forward slashes: `src/domain/ids.ts`. */
  readonly path: string;
  readonly text: string;
}

export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

export interface Import {
  /** Undefined when the specifier is computed, so nobody can tell what is imported. */
  readonly specifier: string | undefined;
  readonly typeOnly: boolean;
  readonly line: number;
}

export function readSources(folder = 'src'): readonly SourceFile[] {
  const base = fileURLToPath(new URL(`${folder}/`, ROOT));
  let names: readonly string[];
  try {
    names = readdirSync(base, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  return names
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.tsx?$/.test(name) && !name.includes('node_modules/'))
    .sort()
    .map((name) => ({ path: `${folder}/${name}`, text: readFileSync(new URL(`${folder}/${name}`, ROOT), 'utf8') }));
}

/** Tests and what exists for tests only; not part of the product. */
export function isTestFile(path: string): boolean {
  return /\.(test|fixture|contract)\.tsx?$/.test(path);
}

export function folderOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

export function isPure(path: string): boolean {
  return PURE_FOLDERS.some((folder) => folder === folderOf(path));
}

export function lineOf(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

export interface ParsedSource {
  readonly program: SyntaxNode;
  readonly comments: readonly { readonly value: string; readonly start: number }[];
}

export function parse(file: SourceFile): ParsedSource {
  const result = parseSync(file.path, file.text);
  const [error] = result.errors;
  if (error !== undefined) throw new Error(`${file.path} cannot be parsed: ${error.message}`);
  if (!isSyntaxNode(result.program)) throw new Error(`${file.path} has no syntax tree`);
  return { program: result.program, comments: result.comments };
}

/** Visits every node, parents first. The visitor returns false to leave out what is inside. */
export function walk(
  node: SyntaxNode,
  visit: (node: SyntaxNode, parent: SyntaxNode | undefined) => boolean | void,
  parent?: SyntaxNode,
): void {
  if (visit(node, parent) === false) return;
  for (const child of childrenOf(node)) walk(child, visit, node);
}

export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value: unknown) =>
    (Array.isArray(value) ? value : [value]).filter((item: unknown) => isSyntaxNode(item)),
  );
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

export function nodesOf(value: unknown): readonly SyntaxNode[] {
  return Array.isArray(value) ? value.filter((item: unknown) => isSyntaxNode(item)) : [];
}

/** Static and dynamic imports, re-exports, and types that are named as `import('…').T`. */
export function importsOf(file: SourceFile): readonly Import[] {
  const imports: Import[] = [];
  walk(parse(file).program, (node) => {
    const source = specifierNodeOf(node);
    if (source === undefined) return;
    imports.push({
      specifier: textOf(source),
      typeOnly: isTypeOnly(node),
      line: lineOf(file.text, node.start),
    });
  });
  return imports;
}

function specifierNodeOf(node: SyntaxNode): SyntaxNode | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ImportExpression':
    case 'TSImportType':
      return isSyntaxNode(node['source']) ? node['source'] : undefined;
    default:
      return undefined;
  }
}

function isTypeOnly(node: SyntaxNode): boolean {
  if (node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const specifiers = nodesOf(node['specifiers']);
  return (
    specifiers.length > 0 && specifiers.every((item) => item['importKind'] === 'type' || item['exportKind'] === 'type')
  );
}

function textOf(node: SyntaxNode): string | undefined {
  if (node.type === 'Literal' && typeof node['value'] === 'string') return node['value'];
  // A template without holes is as good as a string.
  if (node.type === 'TemplateLiteral' && nodesOf(node['expressions']).length === 0) {
    const value = nodesOf(node['quasis'])[0]?.['value'];
    return typeof value === 'object' && value !== null && 'cooked' in value ? String(value.cooked) : undefined;
  }
  return undefined;
}
