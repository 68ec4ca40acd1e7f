/** Generations of the master key of a running server, over its REST interface. */
import type { KeyGenerationServices } from '../gateway/key-generations.port.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

export function httpKeyGenerations(call: Call): KeyGenerationServices {
  return {
    list: () => call('GET', '/v1/key-generations'),
    rotate: (_caller, { backups }) => call('POST', '/v1/key-generations/rotation', backups === null ? {} : { backups }),
  };
}
