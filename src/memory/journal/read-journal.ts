/**
 * Reads the journals of all hosts from one folder, and says what may be missing in them. A line that was cut by the end of its process was
 * never answered for and is left out; any other line that cannot be read is a hole.
 */
import { createReadStream, readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { JournalReading } from '../../actors/restore/journal-reading.port.ts';
import type { PendingRestore } from '../../actors/restore/restore-store.port.ts';
import { GatehouseError } from '../../domain/errors.ts';
import { asId } from '../../domain/ids.ts';
import type { TenantId } from '../../domain/ids.ts';
import { journalEntrySchema } from '../../domain/journal.ts';
import type {
  JournalAttempt,
  JournalEntry,
  JournalErasure,
  JournalResult,
  JournalSuppression,
} from '../../domain/journal.ts';
import { tenantKey } from '../../domain/keys.ts';

export interface ReadJournal {
  /** Null when nobody has journals. */
  readonly folder: string | null;
  readonly installation: string;
  readonly restore: PendingRestore;
  /** Entries before this time are left out, unless their permit is in `kept`. */
  readonly from: number;
  readonly kept: ReadonlySet<string>;
}

interface HostFiles {
  readonly since: number;
  /** When the earliest of its files begins. */
  begin: number;
}

/** Several hosts may have tried one permit, and their files are read in any order, so attempts and their ends are counted. */
interface Tally {
  /** Attempts that nothing says did not act. */
  open: number;
  last: JournalResult | null;
}

/** After these nobody tries again. */
function isFinal(result: JournalResult | null): boolean {
  return result?.result === 'sent' || result?.result === 'refused';
}

const FILE = /^effects-.+\.jsonl$/;

/** Throws `usage` when the folder cannot be read or belongs to another installation. */
export async function readJournal(request: ReadJournal): Promise<JournalReading> {
  const attempts = new Map<string, JournalAttempt>();
  const tallies = new Map<string, Tally>();
  const suppressions: JournalSuppression[] = [];
  const erasures: JournalErasure[] = [];
  const hosts = new Map<string, HostFiles>();
  const gaps: string[] = [];
  let entries = 0;
  const take = (entry: JournalEntry): void => {
    if (entry.kind === 'begin') {
      if (entry.installation !== request.installation)
        throw new GatehouseError(
          'usage',
          `${request.folder ?? ''} has a journal of another installation, from host ${entry.host}. Take it away.`,
        );
      const host = hosts.get(entry.host);
      if (host === undefined) hosts.set(entry.host, { since: entry.host_since, begin: entry.at });
      else host.begin = Math.min(host.begin, entry.at);
      return;
    }
    entries += 1;
    if (entry.kind === 'suppression') {
      if (entry.at >= request.from) suppressions.push(entry);
      return;
    }
    if (entry.kind === 'erasure') {
      if (entry.at >= request.from) erasures.push(entry);
      return;
    }
    const key = tenantKey(asId<TenantId>(entry.tenant), entry.permit);
    if (entry.at < request.from && !request.kept.has(key)) return;
    const tally = tallies.get(key) ?? { open: 0, last: null };
    tallies.set(key, tally);
    if (entry.kind === 'attempt') {
      tally.open += 1;
      if (entry.at >= (attempts.get(key)?.at ?? entry.at)) attempts.set(key, entry);
    } else {
      if (entry.result === 'absent') tally.open -= 1;
      if (!isFinal(tally.last)) tally.last = entry;
    }
  };

  const files = request.folder === null ? [] : filesOf(request.folder);
  if (request.folder === null) gaps.push('no folder with journals was given');
  for (const file of files) {
    const broken = await readFile(join(request.folder ?? '', file), take);
    if (broken > 0) gaps.push(`${file} has ${broken} lines that cannot be read`);
  }
  for (const id of request.restore.hosts) {
    if (!hosts.has(id)) gaps.push(`there is no journal of ${id}, which was alive when the backup was taken`);
  }
  for (const [id, { since, begin }] of hosts) {
    if (begin > since && begin > request.restore.backupAt)
      gaps.push(`the journal of ${id} begins after the backup; earlier files of it are missing`);
  }
  if (request.folder !== null && files.length === 0) gaps.push(`${request.folder} has no journal in it`);
  const results = new Map<string, JournalResult>();
  for (const [key, { open, last }] of tallies)
    if (last !== null && (open <= 0 || isFinal(last))) results.set(key, last);
  return {
    attempts,
    results,
    suppressions: suppressions.toSorted((a, b) => a.at - b.at),
    erasures,
    files: files.length,
    entries,
    gaps,
  };
}

/** In the order of their days, so that what is said later about a permit is read later. */
function filesOf(folder: string): readonly string[] {
  try {
    return readdirSync(folder)
      .filter((name) => FILE.test(name))
      .toSorted((a, b) => (a.slice(-16) + a < b.slice(-16) + b ? -1 : 1));
  } catch (error) {
    throw new GatehouseError(
      'usage',
      `The folder ${folder} cannot be read. Copy the journals of all hosts into one folder and name it.`,
      { cause: error },
    );
  }
}

/** Returns how many whole lines could not be read. */
async function readFile(path: string, take: (entry: JournalEntry) => void): Promise<number> {
  let broken = 0;
  let rest = '';
  const text = createReadStream(path, 'utf8');
  for await (const chunk of text) {
    const lines = (rest + (chunk as string)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) {
      const entry = entryOf(line);
      if (entry === null) broken += 1;
      else take(entry);
    }
  }
  return broken;
}

function entryOf(line: string): JournalEntry | null {
  try {
    return journalEntrySchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
