/** Holds the sources to the table of who may import whom, and holds the check itself to its word. */
import { describe, expect, test } from 'vitest';

import { offendingEdges, valuesInPorts } from './architecture-rules.ts';
import { importsOf, isTestFile, readSources } from './source-files.ts';

function edgesOf(path: string, text: string): readonly string[] {
  return offendingEdges([{ path, text }]);
}

describe('the sources', () => {
  const sources = readSources();

  test('import only what their folder may import', () => {
    expect(offendingEdges(sources)).toEqual([]);
  });

  test('keep values out of ports', () => {
    expect(valuesInPorts(sources)).toEqual([]);
  });
});

describe('the console', () => {
  const imports = readSources('console/src')
    .filter(({ path }) => !isTestFile(path))
    .flatMap((file) => importsOf(file).map((item) => ({ ...item, path: file.path })));

  test('knows the server by types of its ports and of the domain alone', () => {
    const fromServer = imports.filter(({ specifier }) => specifier?.includes('/src/') === true);
    expect(fromServer.length).toBeGreaterThan(0);
    expect(fromServer.filter((item) => !item.typeOnly)).toEqual([]);
    expect(
      fromServer.filter(({ specifier = '' }) => !/\/src\/(gateway\/.*\.port|domain\/.*)\.ts$/.test(specifier)),
    ).toEqual([]);
  });

  test('uses four libraries and nothing else', () => {
    const packages = imports.flatMap(({ specifier = '' }) => (specifier.startsWith('.') ? [] : [specifier]));
    expect([...new Set(packages)].toSorted()).toEqual([
      '@tanstack/react-query',
      '@xstate/store',
      'react',
      'react-dom/client',
    ]);
  });
});

describe('the check allows', () => {
  test.each([
    ['src/domain/a.ts', `import { z } from 'zod';`],
    ['src/domain/a.ts', `import { b } from './nested/b.ts';`],
    ['src/policies/a.ts', `import { b } from '../domain/b.ts'; import { c } from '../stats/c.ts';`],
    ['src/machines/account/a.ts', `import { setup } from 'xstate'; import { b } from '../../policies/b.ts';`],
    ['src/actors/a.ts', `import { createHash } from 'node:crypto';`],
    ['src/actors/a.ts', `import type { Store } from '../memory/store.port.ts';`],
    ['src/memory/a.ts', `import type { Ledger } from '../actors/ledger.port.ts';`],
    ['src/memory/a.ts', `import { Client } from 'pg'; import { live } from '@electric-sql/pglite/live';`],
    ['src/bus/a.ts', `import { connect } from '@nats-io/transport-node';`],
    ['src/services/a.ts', `import type { View } from '../memory/view.port.ts';`],
    ['src/cli/main.ts', `await import('../app.ts');`],
    ['src/app.ts', `import { a } from './memory/a.ts'; import 'pg';`],
    ['src/domain/a.test.ts', `import fc from 'fast-check'; import { expect } from 'vitest';`],
    ['src/gateway/a.test.ts', `import { store } from '../memory/store.ts';`],
    ['src/domain/a.ts', `// import { b } from '../memory/b.ts';\nconst text = "import '../memory/b.ts'";`],
  ])('%s: %s', (path, text) => {
    expect(edgesOf(path, text)).toEqual([]);
  });
});

describe('the check reports', () => {
  test.each([
    ['src/domain/a.ts', `import { b } from '../stats/b.ts';`, 'src/stats/b.ts'],
    ['src/domain/a.ts', `import type { B } from '../memory/b.port.ts';`, 'src/memory/b.port.ts'],
    ['src/domain/a.ts', `import fs from 'node:fs';`, 'node:fs'],
    ['src/stats/a.ts', `import { z } from 'zod';`, 'zod'],
    ['src/policies/a.ts', `export { b } from '../machines/b.ts';`, 'src/machines/b.ts'],
    ['src/policies/a.ts', `export * from '../actors/b.ts';`, 'src/actors/b.ts'],
    ['src/machines/a.ts', `type B = import('../memory/b.ts').B;`, 'src/memory/b.ts'],
    ['src/machines/a.ts', `const b = await import('../memory/b.ts');`, 'src/memory/b.ts'],
    ['src/machines/a.ts', 'const b = await import(`../memory/b.ts`);', 'src/memory/b.ts'],
    ['src/machines/a.ts', `const b = await import(name);`, 'a computed specifier'],
    ['src/actors/a.ts', `import { Store } from '../memory/store.port.ts';`, 'src/memory/store.port.ts'],
    ['src/actors/a.ts', `import type { Store } from '../memory/store.ts';`, 'src/memory/store.ts'],
    ['src/actors/a.ts', `import { Client } from 'pg';`, 'pg'],
    ['src/actors/a.ts', `import { readFile } from 'node:fs/promises';`, 'node:fs/promises'],
    ['src/memory/a.ts', `import { b } from '../bus/b.ts';`, 'src/bus/b.ts'],
    ['src/memory/a.ts', `import pool from 'pg-pool';`, 'pg-pool'],
    ['src/memory/a.ts', `import fs from 'fs';`, 'fs'],
    ['src/gateway/a.ts', `import { b } from '../memory/b.ts';`, 'src/memory/b.ts'],
    ['src/gateway/a.ts', `import { app } from '../app.ts';`, 'src/app.ts'],
    ['src/services/a.ts', `import type { B } from '../brains/b.ts';`, 'src/brains/b.ts'],
    ['src/tools/a.ts', `import { b } from '../brains/b.ts';`, 'src/brains/b.ts'],
    ['src/cli/command.ts', `import { app } from '../app.ts';`, 'src/app.ts'],
    ['src/bus/a.ts', `import { b } from '../../test/b.ts';`, './test/b.ts'],
    ['src/bus/a.ts', `import { b } from './b';`, 'src/bus/b'],
    ['src/bus/a.ts', `import { b } from './b.js';`, 'src/bus/b.js'],
    ['src/domain/a.test.ts', `import { b } from '../memory/b.ts';`, 'src/memory/b.ts'],
  ])('%s: %s', (path, text, target) => {
    const edges = edgesOf(path, text);
    expect(edges).toHaveLength(1);
    expect(edges[0]).toContain(`${path} → ${target} (`);
  });

  test('the whole edge and what the folder may import', () => {
    expect(edgesOf('src/policies/a.ts', `import { b } from '../memory/b.ts';`)).toEqual([
      'src/policies/a.ts → src/memory/b.ts (policies may import only domain, stats, zod)',
    ]);
  });

  test('a file that lies in no known folder', () => {
    expect(edgesOf('src/utils/a.ts', '')[0]).toContain('src/utils/a.ts');
    expect(edgesOf('src/stray.ts', '')[0]).toContain('src/stray.ts');
  });

  test('values in a port', () => {
    const text = `import type { A } from './a.ts';
      export interface Port { readonly a: A }
      export type Two = readonly [A, A];
      export type { A } from './a.ts';
      declare const brand: unique symbol;
      export const LIMIT = 3;
      export function help(): void {}
      export { b } from './b.ts';
      import { c } from './c.ts';
      export class D {}`;
    const values = valuesInPorts([
      { path: 'src/actors/x.port.ts', text },
      { path: 'src/actors/x.ts', text },
    ]);
    expect(values).toHaveLength(5);
    expect(values[0]).toBe('src/actors/x.port.ts: export const LIMIT = 3; (a port holds types only)');
  });
});
