/**
 * Keeps the four pure folders free of clock, randomness, machine and locale, where the compiler and the linter
 * cannot: without Node's and the browser's types `Date`, `Math` and `Intl` are still there. Also holds all
 * sources to the few rules of the house style that the linter has no rule for.
 */
import { describe, expect, test } from 'vitest';

import {
  childrenOf,
  isPure,
  isSyntaxNode,
  isTestFile,
  lineOf,
  nodesOf,
  parse,
  readSources,
  walk,
} from './source-files.ts';
import type { SourceFile, SyntaxNode } from './source-files.ts';

/** These answer in the zone or the language of the machine, or depend on the version of its locale data. */
const LOCAL_METHODS =
  /^([gs]et(FullYear|Year|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)|getTimezoneOffset|to(Date|Time)String|toLocale.*|localeCompare)$/;

/** Names that reach everything else by a string, so that no other check would see it. */
const ESCAPES = new Set(['globalThis', 'eval', 'Function', 'Reflect', 'WeakRef', 'FinalizationRegistry', 'Atomics']);

/** Syntax which belongs to TypeScript but has an expression inside. */
const TYPED_EXPRESSIONS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);

function impurities(file: SourceFile): readonly string[] {
  const found: string[] = [];
  const { program, comments } = parse(file);

  const report = (offset: number, what: string): void => {
    found.push(`${file.path}:${lineOf(file.text, offset)} ${what}`);
  };
  for (const comment of comments) {
    if (/(ox|es)lint-disable|@ts-(ignore|expect-error|nocheck)/.test(comment.value)) {
      report(comment.start, 'turns a check off; the pure folders have no exceptions');
    }
  }
  const visit = (node: SyntaxNode, parent: SyntaxNode | undefined, grandparent: SyntaxNode | undefined): void => {
    const what = impurityOf(node, parent, grandparent);
    if (what !== undefined) report(node.start, what);
    for (const child of runtimeChildrenOf(node)) visit(child, node, parent);
  };
  visit(program, undefined, undefined);
  return found;
}

/** Types are erased, so `Date` as a type is harmless. */
function runtimeChildrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  if (TYPED_EXPRESSIONS.has(node.type)) return nodesOf([node['expression']]);
  return childrenOf(node).filter((child) => !child.type.startsWith('TS') || TYPED_EXPRESSIONS.has(child.type));
}

function impurityOf(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  grandparent: SyntaxNode | undefined,
): string | undefined {
  switch (node.type) {
    case 'MetaProperty':
      return 'reads import.meta, which names the place of the file';
    case 'MemberExpression': {
      const name = memberOf(node);
      return name !== undefined && LOCAL_METHODS.test(name)
        ? `calls ${name}, which depends on the machine's zone or locale`
        : undefined;
    }
    case 'Identifier':
      return isReference(node, parent) ? ambientOf(node, parent, grandparent) : undefined;
    default:
      return undefined;
  }
}

function ambientOf(
  node: SyntaxNode,
  parent: SyntaxNode | undefined,
  grandparent: SyntaxNode | undefined,
): string | undefined {
  const name = String(node['name']);
  if (ESCAPES.has(name)) return `uses ${name}, which hides what it reaches`;
  switch (name) {
    case 'Date':
      return isHarmlessDate(node, parent)
        ? undefined
        : 'uses Date other than `new Date(instant)`, Date.UTC, Date.parse';
    case 'Math':
      return isNamedMember(node, parent) && memberOf(parent) !== 'random'
        ? undefined
        : 'uses Math.random, or Math in a way that could hide it';
    case 'Temporal':
      return isNamedMember(node, parent) && memberOf(parent) !== 'Now' ? undefined : 'uses Temporal.Now';
    case 'Intl':
      return isFixedIntl(node, parent, grandparent)
        ? undefined
        : 'uses Intl without a fixed locale (and, for dates, a literal `timeZone` option)';
    default:
      return undefined;
  }
}

function isHarmlessDate(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent === undefined) return false;
  switch (parent.type) {
    case 'NewExpression': {
      const given = nodesOf(parent['arguments']);
      // Two arguments or more are a date in the zone of the machine.
      return parent['callee'] === node && given.length === 1 && given[0]?.type !== 'SpreadElement';
    }
    case 'BinaryExpression':
      return parent['operator'] === 'instanceof' && parent['right'] === node;
    default:
      return isNamedMember(node, parent) && ['UTC', 'parse'].includes(memberOf(parent) ?? '');
  }
}

function isFixedIntl(node: SyntaxNode, parent: SyntaxNode | undefined, grandparent: SyntaxNode | undefined): boolean {
  if (!isNamedMember(node, parent)) return false;
  if (memberOf(parent) === 'supportedValuesOf') return true;
  if (grandparent?.type !== 'NewExpression' || grandparent['callee'] !== parent) return false;
  const [locale, options] = nodesOf(grandparent['arguments']);
  if (locale?.type !== 'Literal') return false;
  if (memberOf(parent) !== 'DateTimeFormat') return true;
  return nodesOf(options?.['properties']).some(
    (property) => isSyntaxNode(property['key']) && property['key']['name'] === 'timeZone',
  );
}

/** `node.name`, and not `node[name]`. */
function isNamedMember(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  return parent?.type === 'MemberExpression' && parent['object'] === node && memberOf(parent) !== undefined;
}

function memberOf(node: SyntaxNode | undefined): string | undefined {
  const property = node?.['property'];
  if (!isSyntaxNode(property)) return undefined;
  if (node?.['computed'] !== true) return String(property['name']);
  return property.type === 'Literal' && typeof property['value'] === 'string' ? property['value'] : undefined;
}

/** A name that stands for a value, and not the name of a property. */
function isReference(node: SyntaxNode, parent: SyntaxNode | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent['object'] === node || parent['computed'] === true;
  if (parent?.type === 'Property') return parent['value'] === node || parent['computed'] === true;
  return parent?.type !== 'PropertyDefinition' && parent?.type !== 'MethodDefinition';
}

function styleBreaches(file: SourceFile): readonly string[] {
  const found: string[] = [];
  if (/(^|\/)index\.tsx?$/.test(file.path) && file.path !== 'src/index.ts') {
    found.push(`${file.path} is a barrel by name; only src/index.ts may be called so`);
  }
  const { program } = parse(file);
  const statements = nodesOf(program['body']);
  if (
    file.path !== 'src/index.ts' &&
    statements.length > 0 &&
    statements.every((node) => isSyntaxNode(node['source']) && node.type.startsWith('Export'))
  ) {
    found.push(`${file.path} is a barrel: it only passes on what other files export`);
  }
  walk(program, (node) => {
    const what = styleBreachOf(node, file.path);
    if (what !== undefined) found.push(`${file.path}:${lineOf(file.text, node.start)} ${what}`);
  });
  return found;
}

function isStringLiteral(node: unknown): boolean {
  return typeof node === 'object' && node !== null && 'type' in node && node.type === 'Literal';
}

function styleBreachOf(node: SyntaxNode, path: string): string | undefined {
  switch (node.type) {
    case 'TSEnumDeclaration':
      return 'declares an enum; use a union of literals';
    case 'TSModuleDeclaration':
      // Naming a package widens its types, which is how fastify wants to be told of what a request carries.
      return isStringLiteral(node['id']) ? undefined : 'declares a namespace or a global';
    case 'TSGlobalDeclaration':
      return 'declares a global';
    case 'ExportDefaultDeclaration':
      return 'has a default export';
    case 'ExportAllDeclaration':
      return path === 'src/index.ts' ? undefined : 're-exports a whole module';
    default:
      return undefined;
  }
}

const sources = readSources().filter((file) => !isTestFile(file.path));

describe('the sources', () => {
  test('of the pure folders read no clock, randomness, machine or locale', () => {
    expect(sources.filter((file) => isPure(file.path)).flatMap((file) => impurities(file))).toEqual([]);
  });

  test('keep the house style', () => {
    const checked = sources;
    expect(checked.flatMap((file) => styleBreaches(file))).toEqual([]);
  });
});

describe('in a pure folder', () => {
  test.each([
    'const a = new Date();',
    'const a = new Date;',
    'const a = new Date(...parts);',
    'const a = new Date(2024, 1, 2);',
    'const a = Date();',
    'const a = Date.now();',
    `const a = Date['now']();`,
    'const a = Date[key]();',
    'const { now } = Date;',
    'const clock = Date;',
    'const a = { Date };',
    'const a = (Date as unknown as Clock).today();',
    'const a = Math.random();',
    `const a = Math['random']();`,
    'const a = Math[key]();',
    'const { random } = Math;',
    'const a = Temporal.Now.instant();',
    'const a = at.getHours();',
    'const a = at.getTimezoneOffset();',
    'const a = b.localeCompare(c);',
    'const a = n.toLocaleString();',
    'const a = new Intl.DateTimeFormat();',
    `const a = new Intl.DateTimeFormat('en');`,
    `const a = new Intl.DateTimeFormat('en', {});`,
    `const a = new Intl.DateTimeFormat('en', options);`,
    'const a = new Intl.NumberFormat();',
    'const { DateTimeFormat } = Intl;',
    'const a = globalThis.process;',
    `const a = eval('1');`,
    `const a = new Function('return 1');`,
    'const a = import.meta.url;',
    '// oxlint-disable-next-line no-restricted-globals\nconst a = 1;',
    '// @ts-expect-error wrong\nconst a = 1;',
  ])('%s is reported', (text) => {
    expect(impurities({ path: 'src/domain/a.ts', text })).toHaveLength(1);
  });

  test.each([
    'const a = new Date(instant);',
    'const a = Date.UTC(2024, 1, 2);',
    'const a = Date.parse(text);',
    'const a = b instanceof Date;',
    'let a: Date; type B = typeof Math;',
    'const a = Math.max(1, 2);',
    'const a = at.getUTCHours();',
    `const a = new Intl.DateTimeFormat('en', { timeZone: zone });`,
    `const a = new Intl.DateTimeFormat('en', { timeZone });`,
    `const a = new Intl.NumberFormat('en');`,
    'const a = { Date: 1, now: 2 }; const b = a.Date;',
    '// Date.now() and Math.random() are forbidden here.\nconst a = "new Date()";',
  ])('%s is allowed', (text) => {
    expect(impurities({ path: 'src/domain/a.ts', text })).toEqual([]);
  });

  test('the report names file and line', () => {
    expect(impurities({ path: 'src/stats/a.ts', text: '\nconst a = Math.random();' })).toEqual([
      'src/stats/a.ts:2 uses Math.random, or Math in a way that could hide it',
    ]);
  });
});

describe('everywhere', () => {
  test.each([
    'enum A { B }',
    'const enum A { B }',
    'namespace A { export const b = 1; }',
    'declare global { const b: number }',
    'export default 1;',
    `export * from './b.ts'; const c = 1;`,
    `export * as b from './b.ts'; const c = 1;`,
  ])('%s is reported', (text) => {
    expect(styleBreaches({ path: 'src/memory/a.ts', text })).toHaveLength(1);
  });

  test('a barrel is reported', () => {
    const text = `export { b } from './b.ts';`;
    expect(styleBreaches({ path: 'src/memory/a.ts', text })).toHaveLength(1);
    expect(styleBreaches({ path: 'src/memory/a.ts', text: `${text} export const c = 1;` })).toHaveLength(0);
  });

  test('a file called index.ts is reported', () => {
    expect(styleBreaches({ path: 'src/memory/index.ts', text: '' })).toHaveLength(1);
    expect(styleBreaches({ path: 'src/index.ts', text: '' })).toHaveLength(0);
  });
});
