/** One way to speak HTTP for the systems that are servers: connections are kept, and an answer that is not fine is an error. */
import type { ChildProcess } from 'node:child_process';
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 512 });

export interface Call {
  readonly url: string;
  readonly method?: 'GET' | 'POST' | 'PUT';
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** Makes a call and returns the text of its answer. Throws when the status is not 2xx. */
export function call({ url, method = 'POST', headers = {}, body = '' }: Call): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, agent, headers }, (response) => {
      response.setEncoding('utf8');
      let text = '';
      response.on('data', (chunk: string) => (text += chunk));
      response.on('error', reject);
      response.on('end', () => {
        const status = response.statusCode ?? 0;
        if (status >= 200 && status < 300) resolve(text);
        else reject(new Error(`${method} ${url}: ${status} ${text.slice(0, 400)}`));
      });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Asks a server until it answers well. Throws when the server ends first, and the last error after a minute. */
export async function answered(what: Call, server: ChildProcess): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    try {
      await call(what);
      return;
    } catch (error) {
      if (server.exitCode !== null)
        throw new Error(`${server.spawnfile} ended with code ${server.exitCode}`, { cause: error });
      if (Date.now() > end) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
