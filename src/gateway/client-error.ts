/**
 * Answers what is not even a request: broken HTTP, headers that are too large, a request that did not arrive in time. Node gives only
 * the socket, so the answer is written by hand.
 */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';

import { plainProblem, PROBLEM_TYPE } from './problem.ts';

export function answerClientError(error: Error & { readonly code?: string }, socket: Socket): void {
  // Then the other side is gone.
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, detail] = refusalOf(error.code);
  const body = JSON.stringify({ ...plainProblem(status, detail), instance: `urn:uuid:${randomUUID()}` });
  socket.end(
    [
      `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`,
      `content-type: ${PROBLEM_TYPE}`,
      `content-length: ${Buffer.byteLength(body)}`,
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

function refusalOf(code: string | undefined): readonly [number, string] {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return [408, 'The request did not arrive in time.'];
    case 'HPE_HEADER_OVERFLOW':
      return [431, 'The headers are too large.'];
    default:
      return [400, 'This is not a valid HTTP/1.1 request.'];
  }
}
