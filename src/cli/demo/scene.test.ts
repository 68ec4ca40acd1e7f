import { expect, it } from 'vitest';

import { DidNotHappen, insist, quoted, Scene } from './scene.ts';

function sceneOf(): { readonly scene: Scene; readonly lines: string[] } {
  const lines: string[] = [];
  return {
    scene: new Scene(
      (text) => lines.push(text),
      (_tone, text) => text,
    ),
    lines,
  };
}

it('tells what happened to people and to programs', async () => {
  const { scene, lines } = sceneOf();
  await scene.step('First', async ({ say, fact }) => {
    say('one', 'two');
    fact({ held: 9 });
  });
  expect(lines).toEqual(['\n0. First', '   one', '   two']);
  expect(scene.played).toEqual([{ step: 0, title: 'First', ok: true, facts: { held: 9 }, problem: null }]);
  expect(scene.ok).toBe(true);
});

it('ends with the step that did not happen', async () => {
  const { scene, lines } = sceneOf();
  const later: string[] = [];
  await scene.step('First', async () => insist(later.length > 0, 'nothing was held'));
  await scene.step('Second', async () => void later.push('played'));
  expect(scene.ok).toBe(false);
  expect(later).toEqual([]);
  expect(scene.played).toMatchObject([{ ok: false, problem: 'nothing was held' }]);
  expect(lines.join()).toContain('This did not happen: nothing was held');
});

it('passes on what is a fault and no failed promise', async () => {
  const { scene } = sceneOf();
  await expect(scene.step('First', () => Promise.reject(new TypeError('broken')))).rejects.toThrow('broken');
  expect(() => insist(false, 'no')).toThrow(DidNotHappen);
});

it('indents a text without trailing lines', () => {
  expect(quoted('a\n\nb\n')).toEqual(['  a', '', '  b']);
});
