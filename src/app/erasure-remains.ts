/** What is left of an erased person, said openly. */
import { DAY_MS, HOUR_MS, isoOf } from '../domain/instant.ts';
import type { ErasureView } from '../gateway/services.port.ts';

const WRITE_AHEAD_LOG = 'the write-ahead log of the database';
const BROKER = 'the files of NATS, where there is a broker';

/** `at` is the time of the erasure; journals, and the backups that need them, are kept for `keptDays`. */
export function remainsOfErased(at: number, keptDays: number): ErasureView['remains'] {
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
    {
      what: WRITE_AHEAD_LOG,
      why: 'sealed texts, and the key wrapped with the master key, until the server reuses the files',
      until: null,
    },
    {
      what: BROKER,
      why: 'messages between hosts, as they came in; the stream keeps none for longer than an hour',
      until: isoOf(at + HOUR_MS),
    },
    {
      what: 'backups of before the erasure',
      why: 'sealed texts, and the key wrapped with the master key; delete them by then. A restore from one erases the person again, by the journals',
      until: isoOf(at + keptDays * DAY_MS),
    },
  ];
}

/** What is left when the bytes were purged too: the log of a server is not ours to empty. */
export function remainsOfPurged(at: number, keptDays: number, database: 'pglite' | 'postgres'): ErasureView['remains'] {
  const gone = database === 'pglite' ? [BROKER, WRITE_AHEAD_LOG] : [BROKER];
  return remainsOfErased(at, keptDays).filter(({ what }) => !gone.includes(what));
}
