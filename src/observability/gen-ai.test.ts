import * as conventions from '@opentelemetry/semantic-conventions/incubating';
import { expect, test } from 'vitest';

import packageJson from '../../package.json' with { type: 'json' };
import { GEN_AI, GEN_AI_CONTENT, GEN_AI_OPERATION, GEN_AI_VERSION } from './gen-ai.ts';

const values = new Set(Object.values(conventions as Readonly<Record<string, unknown>>));

test('the names are those of the version that is named', () => {
  expect(packageJson.dependencies['@opentelemetry/semantic-conventions']).toBe(GEN_AI_VERSION);
  const all = [...Object.values(GEN_AI), ...Object.values(GEN_AI_OPERATION), ...GEN_AI_CONTENT];
  expect(all.filter((name) => !values.has(name))).toEqual([]);
});

test('no name for content is in use', () => {
  const used = new Set<string>(Object.values(GEN_AI));
  expect(GEN_AI_CONTENT.filter((name) => used.has(name))).toEqual([]);
});
