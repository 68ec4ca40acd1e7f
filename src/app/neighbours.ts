/**
 * A process that is killed leaves leases behind which nobody may take for seconds. The process that replaces it on the same machine can see
 * that it is gone, and need not wait. Should it be wrong, nothing breaks: the epoch refuses whatever the other one would still write.
 */
import { readFileSync, readlinkSync } from 'node:fs';

import type { Sql } from '../memory/sql/sql.port.ts';

/** Names the machine since its last start, and the part of it in which process ids mean the same; null where that cannot be told. */
export function thisMachine(): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return `${boot}/${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return null;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of another user exists, and may not be signalled.
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

/** Lets go of what dead processes of this machine held, and writes down where this host runs. Returns the ids of the dead. */
export function replaceDeadNeighbours(
  sql: Sql,
  host: string,
  machine = thisMachine(),
  alive: (pid: number) => boolean = isAlive,
): Promise<readonly string[]> {
  if (machine === null) return Promise.resolve([]);
  return sql.asOwner(async (session) => {
    const neighbours = await session.query<{ id: string; pid: number }>(
      'SELECT id, pid FROM hosts WHERE machine = $1 AND id <> $2',
      [machine, host],
    );
    const dead = neighbours.filter(({ pid }) => !alive(pid)).map(({ id }) => id);
    if (dead.length > 0) {
      await session.query(`UPDATE partition_leases SET until_on = '-infinity' WHERE holder = ANY ($1::text[])`, [dead]);
      await session.query('DELETE FROM hosts WHERE id = ANY ($1::text[])', [dead]);
    }
    await session.query('INSERT INTO hosts (id, machine, pid) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING', [
      host,
      machine,
      process.pid,
    ]);
    return dead;
  });
}
