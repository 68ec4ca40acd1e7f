/** Reading the two headers that decide how a request is treated. */
import { expect, test } from 'vitest';

import { isUtf8, parseMediaType } from './media-type.ts';
import { waitSeconds } from './prefer.ts';

test.each([
  [undefined, null],
  ['', null],
  ['wait=10', 10],
  ['Wait = 5', 5],
  ['respond-async, wait=10', 10],
  ['wait="7"', 7],
  ['wait=7; foo=bar', 7],
  ['wait=0', 0],
  ['wait=31', 30],
  ['wait=3, wait=9', 3],
  ['wait=-1', null],
  ['wait=1.5', null],
  ['wait=ten', null],
  ['wait', null],
  ['await=5', null],
  ['wait=99999999999999999999', null],
  [['return=minimal', 'wait=2'], 2],
])('Prefer: %j', (header, seconds) => {
  expect(waitSeconds(header)).toBe(seconds);
});

test.each([
  ['application/json', 'application/json', true],
  ['Application/JSON', 'application/json', true],
  ['application/json;charset=UTF-8', 'application/json', true],
  ['application/json; boundary=x; charset="utf-8"', 'application/json', true],
  ['application/json; charset=iso-8859-1', 'application/json', false],
  ['application/json; charset=', 'application/json', false],
])('Content-Type: %s', (header, type, utf8) => {
  const mediaType = parseMediaType(header);
  expect(mediaType?.type).toBe(type);
  expect(mediaType !== null && isUtf8(mediaType)).toBe(utf8);
});

test('no Content-Type', () => {
  expect(parseMediaType(undefined)).toBeNull();
});
