/** Work that is done now and then beside everything else, and that keeps no process alive. */
import type { RuntimeObserver } from '../actors/observer.port.ts';

/**
 * Does `work` each `ms` milliseconds; a failure is told and the next time comes. Returns what stops it: that asks what is under way
 * to end early, and waits until it has.
 */
export function every(
  ms: number,
  name: string,
  observer: RuntimeObserver,
  work: (stopping: AbortSignal) => Promise<unknown>,
  first: 'at once' | 'later' = 'later',
): () => Promise<void> {
  const stopping = new AbortController();
  const underWay = new Set<Promise<void>>();
  const run = () => {
    const running = work(stopping.signal)
      .then(
        () => {},
        (error: unknown) => observer.failed(name, error),
      )
      .finally(() => underWay.delete(running));
    underWay.add(running);
  };
  const timer = setInterval(run, ms);
  timer.unref();
  if (first === 'at once') run();
  return async () => {
    clearInterval(timer);
    stopping.abort();
    await Promise.all(underWay);
  };
}
