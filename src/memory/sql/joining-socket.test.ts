import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

import { expect, test } from 'vitest';

import { JoiningSocket } from './joining-socket.ts';

/** Counts what is handed to the system, and keeps what arrives. */
class CountedSocket extends JoiningSocket {
  packets = 0;

  override _write(...told: Parameters<Socket['_write']>): void {
    this.packets += 1;
    super._write(...told);
  }

  override _writev(...told: Parameters<NonNullable<Socket['_writev']>>): void {
    this.packets += 1;
    super._writev?.(...told);
  }
}

test('what is written in one turn leaves together and in order, corked or not', async () => {
  const arrived: Buffer[] = [];
  const server = createServer((socket) => socket.on('data', (chunk) => arrived.push(chunk))).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = new CountedSocket();
  socket.connect((server.address() as AddressInfo).port, '127.0.0.1');
  await once(socket, 'connect');

  socket.write('begin;');
  socket.cork();
  socket.write('bind;');
  socket.write('execute;');
  socket.uncork();
  const ended = new Promise<void>((resolve) => {
    socket.write(Buffer.from('commit;'), () => resolve());
  });
  expect(socket.packets).toBe(0);
  await ended;
  expect(socket.packets).toBe(1);

  await new Promise<void>((resolve) => {
    socket.write('again;', 'utf8', () => resolve());
  });
  expect(socket.packets).toBe(2);
  socket.end();
  await once(socket, 'close');
  server.close();
  await once(server, 'close');
  expect(Buffer.concat(arrived).toString()).toBe('begin;bind;execute;commit;again;');
});
