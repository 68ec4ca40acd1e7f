/**
 * Who may import whom. The table is the one in ARCHITECTURE.md; change both together, and say why in a decision
 * record. An edge that is not allowed here is refused, so a new folder or a new vendor needs a row first.
 */
import { posix } from 'node:path';

import { folderOf, importsOf, isPure, isTestFile, nodesOf, parse } from './source-files.ts';
import type { Import, SourceFile, SyntaxNode } from './source-files.ts';

interface Row {
  readonly folders: readonly string[];
  /** May name the interfaces of other folders: `import type` from a `*.port.ts`. */
  readonly ports: boolean;
  /** Packages and builtins; a star at the end stands for any rest. */
  readonly vendors: readonly string[];
}

const PURE_TEST_VENDORS = ['vitest', 'fast-check', 'node:*'];

const CORE = ['domain', 'stats', 'policies', 'machines'];

/** Builtins that neither read nor write anything outside the process. */
const HARMLESS_BUILTINS = [
  'node:assert',
  'node:async_hooks',
  'node:buffer',
  'node:crypto',
  'node:diagnostics_channel',
  'node:events',
  'node:perf_hooks',
  'node:timers',
  'node:timers/promises',
  'node:util',
];

export const TABLE: ReadonlyMap<string, Row> = new Map<string, Row>([
  ['domain', { folders: [], ports: false, vendors: ['zod'] }],
  ['stats', { folders: ['domain'], ports: false, vendors: [] }],
  ['policies', { folders: ['domain', 'stats'], ports: false, vendors: ['zod'] }],
  ['machines', { folders: ['domain', 'stats', 'policies'], ports: false, vendors: ['xstate'] }],
  ['actors', { folders: CORE, ports: true, vendors: HARMLESS_BUILTINS }],
  ['bus', { folders: ['domain', 'stats'], ports: true, vendors: ['@nats-io/*', 'node:*'] }],
  [
    'memory',
    {
      folders: ['domain', 'stats'],
      ports: true,
      vendors: ['pg', '@electric-sql/pglite', '@lancedb/lancedb', 'apache-arrow', 'onnxruntime-node', 'zod', 'node:*'],
    },
  ],
  ['models', { folders: ['domain', 'stats'], ports: true, vendors: ['@anthropic-ai/sdk', 'zod', 'node:*'] }],
  ['channels', { folders: ['domain', 'stats'], ports: true, vendors: ['zod', 'nodemailer', 'node:*'] }],
  ['evals', { folders: CORE, ports: true, vendors: ['node:*'] }],
  [
    'gateway',
    {
      folders: ['domain', 'config', 'observability'],
      ports: true,
      vendors: [
        'fastify',
        '@fastify/*',
        'fastify-type-provider-zod',
        '@modelcontextprotocol/*',
        'zod',
        'prom-client',
        'pino',
        'node:*',
      ],
    },
  ],
  ['cli', { folders: ['domain', 'config', 'observability'], ports: true, vendors: ['csv-parse', 'zod', 'node:*'] }],
  ['config', { folders: ['domain'], ports: true, vendors: ['zod', 'node:*'] }],
  [
    'observability',
    { folders: ['domain'], ports: true, vendors: ['pino', 'prom-client', '@opentelemetry/*', 'node:*'] },
  ],
  ['services', { folders: ['domain', 'stats'], ports: true, vendors: ['zod'] }],
  ['brains', { folders: ['domain', 'stats'], ports: true, vendors: ['zod'] }],
  ['tools', { folders: ['domain', 'stats'], ports: true, vendors: ['zod'] }],
]);

/** The composition root and the published entry may import everything. */
const FREE_FILES = ['src/app.ts', 'src/index.ts'];

/** The parts of the composition root that are too long for one file. */
const FREE_FOLDER = 'src/app/';

/** The command has to start the composition root somewhere, and this is the one place. */
const EXTRA_EDGES = [{ from: 'src/cli/main.ts', to: 'src/app.ts' }];

export function offendingEdges(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => !FREE_FILES.includes(file.path) && !file.path.startsWith(FREE_FOLDER))
    .filter((file) => !isTestFile(file.path) || isPure(file.path))
    .flatMap((file) => offendingEdgesOf(file));
}

function offendingEdgesOf(file: SourceFile): readonly string[] {
  const folder = folderOf(file.path);
  const row = folder === undefined ? undefined : TABLE.get(folder);
  if (folder === undefined || row === undefined) {
    return [`${file.path} (lies in no folder of the table in test/architecture-rules.ts)`];
  }
  return importsOf(file).flatMap((item) => {
    const target = targetOf(file.path, item);
    const reason =
      target.startsWith('src/') || target.startsWith('./')
        ? refusalOfFile(file.path, folder, row, target, item)
        : refusalOfVendor(file.path, folder, row, target);
    return reason === undefined ? [] : [`${file.path} → ${target} (${reason})`];
  });
}

/** A path from the root of the repository, a package, a builtin, or a note that it cannot be told. */
function targetOf(path: string, { specifier }: Import): string {
  if (specifier === undefined) return 'a computed specifier';
  if (!specifier.startsWith('.')) return specifier;
  const target = posix.join(posix.dirname(path), specifier);
  return target.startsWith('src/') ? target : `./${target}`;
}

function refusalOfFile(path: string, folder: string, row: Row, target: string, item: Import): string | undefined {
  if (!/\.(ts|tsx|json|css|svg)$/.test(target)) return 'a relative import names its file with the extension';
  if (target === './package.json') return isPure(path) ? describeRow(folder, row) : undefined;
  if (target.startsWith('./')) {
    return isTestFile(path) && target.startsWith('./test/') ? undefined : 'sources import from src only';
  }
  if (EXTRA_EDGES.some(({ from, to }) => from === path && to === target)) return undefined;

  const targetFolder = folderOf(target);
  if (targetFolder === folder) return undefined;
  if (targetFolder !== undefined && row.folders.includes(targetFolder)) return undefined;
  if (!row.ports || !isPort(target)) return describeRow(folder, row);
  return item.typeOnly ? undefined : 'a port of another folder is imported with `import type`';
}

function refusalOfVendor(path: string, folder: string, row: Row, target: string): string | undefined {
  const allowed = isTestFile(path) ? [...row.vendors, ...PURE_TEST_VENDORS] : row.vendors;
  return allowed.some((vendor) => matches(vendor, target)) ? undefined : describeRow(folder, row);
}

/** `pg` also stands for `pg/lib/x`, but a builtin is named exactly. */
function matches(vendor: string, target: string): boolean {
  if (vendor === '*') return !target.startsWith('node:') && target !== 'a computed specifier';
  if (vendor.endsWith('*')) return target.startsWith(vendor.slice(0, -1));
  return target === vendor || (!vendor.startsWith('node:') && target.startsWith(`${vendor}/`));
}

function describeRow(folder: string, { folders, ports, vendors }: Row): string {
  const allowed = [...folders, ...(ports ? ['types of *.port.ts'] : []), ...vendors];
  return `${folder} may import only ${allowed.length === 0 ? 'itself' : allowed.join(', ')}`;
}

export function isPort(path: string): boolean {
  return path.endsWith('.port.ts');
}

/** A port is a promise, not an implementation: whatever in such a file would exist at run time. */
export function valuesInPorts(files: readonly SourceFile[]): readonly string[] {
  return files
    .filter((file) => isPort(file.path))
    .flatMap((file) =>
      nodesOf(parse(file).program['body'])
        .filter((statement) => !isTypeStatement(statement))
        .map((statement) => `${file.path}: ${firstLineOf(file, statement)} (a port holds types only)`),
    );
}

function isTypeStatement(node: SyntaxNode): boolean {
  switch (node.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      return true;
    case 'ImportDeclaration':
      return node['importKind'] === 'type';
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      return node['exportKind'] === 'type';
    // A brand needs a unique symbol, which exists for the compiler only.
    case 'VariableDeclaration':
      return node['declare'] === true;
    default:
      return false;
  }
}

function firstLineOf(file: SourceFile, node: SyntaxNode): string {
  return file.text.slice(node.start, node.end).split('\n')[0] ?? '';
}
