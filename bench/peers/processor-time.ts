/** How much processor time processes have used, where the system tells it in `/proc`; 0 elsewhere. */
import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts in hundredths of a second. */
const TICKS_PER_SECOND = 100;

/** User and system time of these processes so far, in seconds. One that has ended counts as 0. */
export function processorSeconds(pids: readonly number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
      return sum + (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
    } catch {
      return sum;
    }
  }, 0);
}

/** The server processes of Postgres that serve a database now, found by their titles; none when Postgres runs elsewhere. */
export function postgresPids(databaseUrl: string): readonly number[] {
  const title = ` ${new URL(databaseUrl).pathname.slice(1)} `;
  try {
    return readdirSync('/proc')
      .map(Number)
      .filter((pid) => pid > 0 && isServing(pid, title));
  } catch {
    return [];
  }
}

function isServing(pid: number, title: string): boolean {
  try {
    const text = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    return text.startsWith('postgres:') && text.includes(title);
  } catch {
    return false;
  }
}
