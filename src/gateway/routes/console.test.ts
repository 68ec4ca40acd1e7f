import { gunzipSync, gzipSync } from 'node:zlib';

import { expect, test } from 'vitest';

import type { ConsoleFile, ConsoleFiles } from '../console-files.port.ts';
import { testGateway } from '../gateway.fixture.ts';

function file(type: string, text: string, immutable: boolean): ConsoleFile {
  const body = Buffer.from(text);
  return { type, body, gzip: gzipSync(body), immutable };
}

const FILES: ConsoleFiles = {
  page: file('text/html; charset=utf-8', '<p>page</p>', false),
  assets: new Map([['/assets/a-12345678.js', file('text/javascript; charset=utf-8', 'run()', true)]]),
};

test('every path of a view gives the page, which may load from here alone', async () => {
  const { app } = testGateway({ console: FILES });
  for (const url of ['/', '/review', '/review/rev_1', '/scheduled/act_1?channel=email', '/trace']) {
    const response = await app.inject({ url });
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('<p>page</p>');
    expect(response.headers['cache-control']).toBe('no-cache');
    expect(response.headers['content-security-policy']).toContain(
      "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:",
    );
    expect(response.headers['content-security-policy']).not.toContain('unsafe');
  }
});

test('files with a hash in their name are kept for ever, and come compressed', async () => {
  const { app } = testGateway({ console: FILES });
  const response = await app.inject({ url: '/assets/a-12345678.js', headers: { 'accept-encoding': 'gzip, br' } });
  expect(response.headers).toMatchObject({
    'cache-control': 'public, max-age=31536000, immutable',
    'content-encoding': 'gzip',
    'x-content-type-options': 'nosniff',
  });
  expect(gunzipSync(response.rawPayload).toString()).toBe('run()');
});

test('other paths are none, also those that lead out of the folder', async () => {
  const { app } = testGateway({ console: FILES });
  for (const url of ['/assets/../package.json', '/assets/%2e%2e/package.json', '/assets/b.js', '/settings'])
    expect((await app.inject({ url })).statusCode).toBe(404);
  expect((await testGateway().app.inject({ url: '/' })).statusCode).toBe(404);
});
