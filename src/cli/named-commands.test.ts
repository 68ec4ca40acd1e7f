/** Texts all over the program tell people which command to use. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { expect, test } from 'vitest';

import { COMMANDS } from './commands.ts';
import { GLOBAL_OPTIONS } from './help.ts';

const SRC = join(import.meta.dirname, '..');
const NAMED = /gatehouse ([a-z][a-z-]+)((?: [\w./…:-]+)*)/g;

test('every option that a text names is one of its command', () => {
  const missing = globSync('**/*.ts', { cwd: SRC, exclude: ['**/*.test.ts'] }).flatMap((file) =>
    [...readFileSync(join(SRC, file), 'utf8').matchAll(NAMED)].flatMap(([whole, name, rest = '']) => {
      const command = COMMANDS.find((item) => item.name === name);
      const options = [...rest.matchAll(/ --([a-z-]+)/g)].map(([, option = '']) => option);
      const known = { ...command?.options, ...GLOBAL_OPTIONS };
      return options.every((option) => option in known || option === 'version') ? [] : [`${file}: ${whole}`];
    }),
  );
  expect(missing).toEqual([]);
});
