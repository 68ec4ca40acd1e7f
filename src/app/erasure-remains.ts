/** What is left of an erased person, said openly. */
import { DAY_MS, HOUR_MS, isoOf } from '../domain/instant.ts';
import type { ErasureView } from '../gateway/services.port.ts';
import type { WrappedFate } from './key-rotation.ts';

const WRITE_AHEAD_LOG = 'the write-ahead log of the database';
const BROKER = 'the files of NATS, where there is a broker';

/** `at` is the time of the erasure; journals, and the backups that need them, are kept for `keptDays`. */
export function remainsOfErased(at: number, keptDays: number, fate: WrappedFate): ErasureView['remains'] {
  const copies =
    fate.destroyedAt === null
      ? `sealed texts, and the key of the person wrapped with generation ${fate.generation} of the master key, which still exists: whoever has both can open them. gatehouse keys rotate destroys that generation`
      : `sealed texts, and the key of the person wrapped with a generation of the master key that was destroyed on every host at ${fate.destroyedAt}: nobody can open them, unless a copy of that generation was kept elsewhere`;
  return [
    {
      what: 'events, decisions and verdicts',
      why: 'they hold ids and facts without a name; the texts in them are sealed with a key that no longer exists',
      until: null,
    },
    {
      what: 'the suppression of the address',
      why: 'a keyed hash, so that nobody writes to the person again',
      until: null,
    },
    { what: WRITE_AHEAD_LOG, why: `${copies}. The bytes go when the server reuses the files`, until: null },
    {
      what: BROKER,
      why: 'messages between hosts, as they came in; the stream keeps none for longer than an hour',
      until: isoOf(at + HOUR_MS),
    },
    {
      what: 'backups of before the erasure',
      why:
        fate.destroyedAt === null
          ? `${copies}, and takes the person out of the backups that it is shown with --backups. Delete others by then. A restore from one erases the person again, by the journals`
          : `${copies}. Those that the rotation was shown hold no key of the person any more, and can be restored; others cannot be opened at all. Delete them by then`,
      until: isoOf(at + keptDays * DAY_MS),
    },
  ];
}

/** What is left when the bytes were purged too: the log of a server is not ours to empty. */
export function remainsOfPurged(
  at: number,
  keptDays: number,
  fate: WrappedFate,
  database: 'pglite' | 'postgres',
): ErasureView['remains'] {
  const gone = database === 'pglite' ? [BROKER, WRITE_AHEAD_LOG] : [BROKER];
  return remainsOfErased(at, keptDays, fate).filter(({ what }) => !gone.includes(what));
}
