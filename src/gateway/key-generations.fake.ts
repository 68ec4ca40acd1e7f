/** One rotation that is done at once. Notes every call. */
import type { KeyGenerationServices } from './key-generations.port.ts';

const AT = '2026-05-01T08:00:00.000Z';

export function fakeKeyGenerations(note: (name: string, ...args: readonly unknown[]) => void): KeyGenerationServices {
  return {
    async list() {
      note('list');
      const first = { number: 1, id: '0123456789ab', people: 3, here: 'entry 1' } as const;
      return {
        managed_by: 'environment',
        generations: [{ ...first, state: 'active', made_at: AT, destroyed_at: null }],
        to_do: null,
      };
    },
    async rotate(_caller, request) {
      note('rotate', request);
      const backups = [{ folder: '/backups/may', result: 'rewrapped', people: 2, left_out: 1 }] as const;
      const result = { generation: 2, id: 'ba9876543210', done: true, people: 3, left: 0, milliseconds: 5 };
      return { ...result, backups, to_do: null };
    },
  };
}
