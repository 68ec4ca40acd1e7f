/**
 * Keys of the keyboard. One listener serves all: while somebody types, or a dialog is open, keys of the view rest. `G` begins a way to another view.
 */
import { useEffect, useRef } from 'react';

/** What a key does; the name is that of `KeyboardEvent.key` in lower case, with `shift+` or `mod+` before it where they matter. */
export type Keys = Readonly<Record<string, (event: KeyboardEvent) => void>>;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  if (event.ctrlKey || event.metaKey) return `mod+${key}`;
  // Shift makes other characters of most keys; only with a letter or a named key it is part of the name.
  const counts = event.shiftKey && (event.key.length > 1 || /[a-z]/i.test(event.key));
  return counts ? `shift+${key}` : key;
}

/** `whileTyping` are those that also work in a field. */
export function useKeys(
  keys: Keys,
  options: { readonly whileTyping?: readonly string[]; readonly off?: boolean } = {},
) {
  const current = useRef({ keys, options });
  current.current = { keys, options };
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.altKey || event.isComposing) return;
      const { keys: known, options: rules } = current.current;
      if (rules.off === true || document.querySelector('dialog[open]') !== null) return;
      const name = nameOf(event);
      if (isTyping(event.target) && rules.whileTyping?.includes(name) !== true) return;
      // On a button or a link the key that presses it is for it.
      if (name === 'Enter' && event.target instanceof HTMLElement && event.target.matches('button, a, summary')) return;
      const act = known[name];
      if (act === undefined) return;
      event.preventDefault();
      act(event);
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);
}

const SEQUENCE_MS = 1_200;
/** Times of events count from when the page was opened, so zero would be a moment ago on a new page. */
const NEVER = Number.NEGATIVE_INFINITY;

/** `G` and then a letter. */
export function useGoKeys(ways: Readonly<Record<string, () => void>>): void {
  const began = useRef(NEVER);
  const current = useRef(ways);
  current.current = ways;
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      if (event.altKey || event.ctrlKey || event.metaKey || isTyping(event.target)) return;
      if (document.querySelector('dialog[open]') !== null) return;
      const key = event.key.toLowerCase();
      const follows = event.timeStamp - began.current < SEQUENCE_MS;
      began.current = key === 'g' && !follows ? event.timeStamp : NEVER;
      const act = follows ? current.current[key] : undefined;
      if (act === undefined) return;
      event.preventDefault();
      act();
    };
    // Before all others, so that the second letter does nothing else.
    window.addEventListener('keydown', listen, { capture: true });
    return () => window.removeEventListener('keydown', listen, { capture: true });
  }, []);
}
