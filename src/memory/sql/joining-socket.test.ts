import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { expect, test } from 'vitest';

import { JoiningSocket } from './joining-socket.ts';

test('what is written in one turn leaves together and in order, corked or not', async () => {
  const arrived: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (chunk) => arrived.push(chunk))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = new JoiningSocket();
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');

  socket.write('begin;');
  socket.cork();
  socket.write('bind;');
  socket.write('execute;');
  socket.uncork();
  let isSent = false;
  socket.write(Buffer.from('commit;'), () => {
    isSent = true;
  });
  expect(socket.writableLength).toBe('begin;bind;execute;commit;'.length);
  await nextTurn();
  expect(socket.writableLength).toBe(0);
  await expect.poll(() => isSent).toBe(true);

  socket.write('again;', 'utf8');
  expect(socket.writableLength).toBe('again;'.length);
  socket.end();
  await once(socket, 'close');
  server.close();
  await once(server, 'close');
  expect(Buffer.concat(arrived).toString()).toBe('begin;bind;execute;commit;again;');
});
