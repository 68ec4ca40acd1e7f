/** A stream that begins and tells one change. Notes every call. */
import type { StreamServices } from './stream.port.ts';

export function fakeStream(note: (name: string, ...args: readonly unknown[]) => void): StreamServices {
  return {
    async follow(_caller, since, reader) {
      note('follow', since);
      reader.lost('1');
      reader.changed([
        { kind: 'review', id: 'rev_1', type: 'action.held', at: '2026-11-21T10:00:00.000Z', position: '2' },
      ]);
      return () => note('unfollow');
    },
  };
}
