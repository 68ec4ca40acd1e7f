/** Work that is done now and then beside everything else, and that keeps no process alive. */
import type { RuntimeObserver } from '../actors/observer.port.ts';

/** Does `work` each `ms` milliseconds; a failure is told and the next time comes. Returns what stops it. */
export function every(
  ms: number,
  name: string,
  observer: RuntimeObserver,
  work: () => Promise<unknown>,
  first: 'at once' | 'later' = 'later',
): () => void {
  const run = () => {
    work().catch((error: unknown) => observer.failed(name, error));
  };
  const timer = setInterval(run, ms);
  timer.unref();
  if (first === 'at once') run();
  return () => clearInterval(timer);
}
