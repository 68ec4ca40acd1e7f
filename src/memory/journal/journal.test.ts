import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { JournalReading } from '../../actors/restore/journal-reading.port.ts';
import { DAY_MS } from '../../domain/instant.ts';
import type { JournalAttempt, JournalResult, JournalSuppression } from '../../domain/journal.ts';
import { FileEffectJournal } from './effect-journal.ts';
import { readJournal } from './read-journal.ts';

const START = Date.UTC(2026, 10, 21, 10);
let folder: string;
let now = START;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-journal-'));
  now = START;
});
afterEach(() => rmSync(folder, { recursive: true }));

function journalOf(host: string, keepDays = 35): FileEffectJournal {
  return new FileEffectJournal({ folder, host, installation: 'i', keepDays, now: () => now });
}

function attempt(permit: string, at = now): JournalAttempt {
  return {
    kind: 'attempt',
    at,
    tenant: 't',
    permit,
    action_type: 'outreach_push',
    channel: 'email',
    mode: 'live',
    fingerprint: 'f',
    account: null,
    person: 'con_1',
    domain: null,
    scope: 'con_1',
    correlation: 'cor_1',
  };
}
const result = (permit: string, kind: JournalResult['result'], at = now): JournalResult => ({
  kind: 'result',
  at,
  tenant: 't',
  permit,
  result: kind,
  receipt: kind === 'sent' ? 'r' : null,
});
const suppression = (key: string, at = now): JournalSuppression => ({
  kind: 'suppression',
  at,
  tenant: 't',
  change: 'added',
  key,
  scope: 'email',
  reason: 'unsubscribe',
  source: 'outcome',
});

function read(
  hosts: readonly string[] = ['a'],
  backupAt = START,
  kept: readonly string[] = [],
): Promise<JournalReading> {
  return readJournal({
    folder,
    installation: 'i',
    restore: { id: 'r', backupAt, restoredAt: backupAt, hosts },
    from: backupAt,
    kept: new Set(kept),
  });
}

describe('a journal', () => {
  test('is on disk when an attempt may be made', async () => {
    const journal = journalOf('a');
    await journal.attempted([attempt('p1'), attempt('p2')]);
    const [file = ''] = readdirSync(folder);
    expect(file).toBe('effects-a-2026-11-21.jsonl');
    expect(readFileSync(join(folder, file), 'utf8').split('\n').length).toBe(4);
    journal.promised([suppression('email:1')]);
    expect(readFileSync(join(folder, file), 'utf8')).toContain('email:1');
    await journal.close();
  });

  test('of a host that serves exists before it has anything to say', async () => {
    const journal = journalOf('a');
    journal.open();
    await journal.close();
    expect(await read(['a'])).toMatchObject({ gaps: [], entries: 0, files: 1 });
  });

  test('leaves no file when there was nothing to write', async () => {
    await journalOf('a').close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test('rejects what it cannot write, and says what to do', async () => {
    const journal = new FileEffectJournal({
      folder: '/dev/null/no',
      host: 'a',
      installation: 'i',
      keepDays: 1,
      now: () => now,
    });
    await expect(journal.attempted([attempt('p1')])).rejects.toMatchObject({ code: 'storage_full' });
    expect(() => journal.promised([suppression('email:1')])).toThrow('GATEHOUSE_JOURNAL_DIR');
  });

  test('begins a file each day, and keeps as many days as it was told', async () => {
    const journal = journalOf('a', 2);
    for (let day = 0; day < 5; day += 1) {
      now = START + day * DAY_MS;
      await journal.attempted([attempt(`p${day}`)]);
    }
    await journal.close();
    expect(readdirSync(folder).toSorted()).toEqual([
      'effects-a-2026-11-23.jsonl',
      'effects-a-2026-11-24.jsonl',
      'effects-a-2026-11-25.jsonl',
    ]);
    expect((await read(['a'], START + 4 * DAY_MS)).gaps).toEqual([]);
    expect((await read(['a'], START)).gaps).toEqual([
      'the journal of a begins after the backup; earlier files of it are missing',
    ]);
  });
});

describe('reading', () => {
  test('knows how each permit ended, in whatever order the hosts are read', async () => {
    const [a, b] = [journalOf('a'), journalOf('b')];
    // The host that is read first tried last.
    await b.attempted([attempt('retried', START + 1), attempt('open', START + 1), attempt('absent', START + 1)]);
    b.settled([
      result('retried', 'absent', START + 2),
      result('open', 'absent', START + 2),
      result('absent', 'absent', START + 2),
    ]);
    await a.attempted([attempt('retried', START + 3), attempt('open', START + 3), attempt('refused', START + 3)]);
    a.settled([result('retried', 'sent', START + 4), result('refused', 'refused', START + 4)]);
    await a.close();
    await b.close();
    const { attempts, results, gaps, files } = await read(['a', 'b']);
    expect(files).toBe(2);
    expect(gaps).toEqual([]);
    expect([...attempts.keys()].toSorted()).toEqual(['t/absent', 't/open', 't/refused', 't/retried']);
    expect(attempts.get('t/retried')?.at).toBe(START + 3);
    expect([...results].map(([key, item]) => `${key} ${item.result}`).toSorted()).toEqual([
      't/absent absent',
      't/refused refused',
      't/retried sent',
    ]);
  });

  test('leaves out what is older than the backup, except for permits that were open then', async () => {
    const journal = journalOf('a');
    await journal.attempted([attempt('old', START - 1), attempt('kept', START - 1), attempt('new', START + 1)]);
    journal.promised([suppression('email:old', START - 1), suppression('email:new', START + 1)]);
    await journal.close();
    const { attempts, suppressions } = await read(['a'], START, ['t/kept']);
    expect([...attempts.keys()]).toEqual(['t/kept', 't/new']);
    expect(suppressions.map((item) => item.key)).toEqual(['email:new']);
  });

  test('names every hole: a host without a journal, a broken line, an empty folder', async () => {
    expect((await read(['a'])).gaps).toEqual([
      'there is no journal of a, which was alive when the backup was taken',
      `${folder} has no journal in it`,
    ]);
    const journal = journalOf('b');
    await journal.attempted([attempt('p1')]);
    await journal.close();
    const path = join(folder, 'effects-b-2026-11-21.jsonl');
    appendFileSync(path, '{"kind":"attempt"\n{"kind":"res');
    expect((await read(['b'])).gaps).toEqual(['effects-b-2026-11-21.jsonl has 1 lines that cannot be read']);
  });

  test('does not mind a last line that was cut by the end of the process', async () => {
    const journal = journalOf('a');
    await journal.attempted([attempt('p1')]);
    await journal.close();
    appendFileSync(join(folder, 'effects-a-2026-11-21.jsonl'), '{"kind":"res');
    const { gaps, attempts } = await read(['a']);
    expect(gaps).toEqual([]);
    expect(attempts.size).toBe(1);
  });

  test('refuses the journal of another installation', async () => {
    const journal = journalOf('a');
    await journal.attempted([attempt('p1')]);
    await journal.close();
    await expect(
      readJournal({
        folder,
        installation: 'other',
        restore: { id: 'r', backupAt: 0, restoredAt: 0, hosts: [] },
        from: 0,
        kept: new Set(),
      }),
    ).rejects.toThrow('a journal of another installation, from host a');
  });
});
