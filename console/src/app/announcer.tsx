/** Says aloud, to those who listen instead of looking, what an act did; and shows it for a while to all others. */
import { createStore } from '@xstate/store';
import { useEffect, useSyncExternalStore } from 'react';

export interface Notice {
  readonly text: string;
  readonly tone: 'good' | 'bad' | 'plain';
  /** What takes it back; null when nothing can. */
  readonly undo: (() => void) | null;
  readonly number: number;
}

const notices = createStore({
  context: { notice: null as Notice | null, count: 0 },
  on: {
    said: (context, event: Omit<Notice, 'number'>) => ({
      notice: { ...event, number: context.count + 1 },
      count: context.count + 1,
    }),
    cleared: (context, event: { number: number }) =>
      context.notice?.number === event.number ? { ...context, notice: null } : context,
  },
});

export function say(text: string, tone: Notice['tone'] = 'plain', undo: (() => void) | null = null): void {
  notices.trigger.said({ text, tone, undo });
}

export function lastNotice(): Notice | null {
  return notices.getSnapshot().context.notice;
}

const SHOWN_MS = 8_000;

export function Announcer() {
  const { notice } = useSyncExternalStore(
    (listener) => {
      const subscription = notices.subscribe(listener);
      return () => subscription.unsubscribe();
    },
    () => notices.getSnapshot().context,
  );
  useEffect(() => {
    if (notice === null) return undefined;
    const timer = window.setTimeout(() => notices.trigger.cleared({ number: notice.number }), SHOWN_MS);
    return () => window.clearTimeout(timer);
  }, [notice]);
  return (
    <div className="notices" aria-live="polite" role="status">
      {notice !== null && (
        <p className={`notice ${notice.tone}`} key={notice.number}>
          <span>{notice.text}</span>
          {notice.undo !== null && (
            <button type="button" onClick={notice.undo}>
              Undo <kbd>U</kbd>
            </button>
          )}
        </p>
      )}
    </div>
  );
}
