/** Times as people read them: how long ago or how soon, with the exact time and its zone when pointed at. One clock ticks for all of them. */
import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let nowMs = Date.now();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(() => {
    nowMs = Date.now();
    for (const tell of listeners) tell();
  }, TICK_MS);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

/** Milliseconds since 1970, anew each second. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => nowMs);
}

const UNITS = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
] as const;

/** Such as `3 min`, in its largest unit. */
export function spanOf(ms: number): string {
  const size = Math.abs(ms);
  for (const [unit, name] of UNITS) if (size >= unit) return `${Math.floor(size / unit)} ${name}`;
  return '0 s';
}

/** Such as `1:04:09`. */
export function clockOf(ms: number): string {
  const seconds = Math.max(0, Math.ceil(ms / 1_000));
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const text = parts.map((part) => String(part).padStart(2, '0'));
  return parts[0] === 0 ? text.slice(1).join(':') : text.join(':');
}

export function exactTime(iso: string): string {
  return new Date(iso).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'long' });
}

export function Ago({ at }: { readonly at: string }) {
  const age = useNow() - Date.parse(at);
  return (
    <time dateTime={at} title={exactTime(at)} className="time">
      {age < 0 ? `in ${spanOf(age)}` : spanOf(age)}
    </time>
  );
}

/** What is left until a time; `over` once it has come. */
export function Countdown({ to, over }: { readonly to: string; readonly over: string }) {
  const left = Date.parse(to) - useNow();
  return (
    <time dateTime={to} title={exactTime(to)} className="time countdown">
      {left <= 0 ? over : left < 86_400_000 ? clockOf(left) : spanOf(left)}
    </time>
  );
}
