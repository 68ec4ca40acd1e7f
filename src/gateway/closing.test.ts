import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';

import { fastify } from 'fastify';
import { expect, test } from 'vitest';

import { endConnectionsOnClose } from './closing.ts';

async function listening() {
  const app = fastify({ forceCloseConnections: 'idle', return503OnClosing: false });
  endConnectionsOnClose(app);
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<string>();
  const closing = Promise.withResolvers<void>();
  app.addHook('preClose', (done) => {
    closing.resolve();
    done();
  });
  app.get('/', () => {
    asked.resolve();
    return answer.promise;
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, asked, answer, closing, port: (app.server.address() as AddressInfo).port };
}

test('a connection on which nothing was asked does not hold a close up', async () => {
  const { app, port } = await listening();
  const accepted = new Promise((resolve) => {
    app.server.once('connection', resolve);
  });
  const socket = connect(port, '127.0.0.1');
  const ended = new Promise((resolve) => {
    socket.once('close', resolve);
  });
  await accepted;
  await app.close();
  await ended;
});

test('what is under way is answered, and its connection ends with the answer', async () => {
  const { app, asked, answer, closing, port } = await listening();
  const response = fetch(`http://127.0.0.1:${port}/`);
  await asked.promise;
  const closed = app.close();
  await closing.promise;
  answer.resolve('done');
  const { headers } = await response;
  expect(headers.get('connection')).toBe('close');
  await closed;
});
