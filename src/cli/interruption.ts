/**
 * Ctrl-C and a polite kill. The first one asks to stop, which may take a moment because what is under way is finished; the second ends
 * the process at once.
 */
import { constants } from 'node:os';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;
export type StopSignal = (typeof SIGNALS)[number];

/** The part of a process that is needed; `process` is one. */
export interface SignalSource {
  on(name: StopSignal, listener: (name: StopSignal) => void): unknown;
  off(name: StopSignal, listener: (name: StopSignal) => void): unknown;
  exit(code: number): void;
}

export interface Interruption {
  /** Aborted by the first signal; its reason is the signal's name. */
  readonly signal: AbortSignal;
  /** Resolves at the first signal. */
  readonly asked: Promise<StopSignal>;
  /** Gives the signals back. */
  end(): void;
}

export function listenForInterruption(source: SignalSource): Interruption {
  const controller = new AbortController();
  const { promise, resolve } = Promise.withResolvers<StopSignal>();
  const listener = (name: StopSignal): void => {
    if (controller.signal.aborted) {
      source.exit(exitCodeOfSignal(name));
      return;
    }
    controller.abort(name);
    resolve(name);
  };
  for (const name of SIGNALS) source.on(name, listener);
  return {
    signal: controller.signal,
    asked: promise,
    end() {
      for (const name of SIGNALS) source.off(name, listener);
    },
  };
}

/** As shells report a program that a signal ended. */
export function exitCodeOfSignal(name: StopSignal): number {
  return 128 + constants.signals[name];
}
