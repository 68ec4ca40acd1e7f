/** Where the person is: a view, an item in it, and filters. All of it stands in the address, so every screen can be linked and gone back to. */
import { useSyncExternalStore } from 'react';

export const VIEWS = ['review', 'scheduled', 'trace'] as const;
export type View = (typeof VIEWS)[number];

export interface Place {
  readonly view: View;
  /** The item that is open; null when none is. */
  readonly item: string | null;
  readonly filters: Readonly<Record<string, string>>;
}

const listeners = new Set<() => void>();
let href = '';
let place: Place = { view: 'review', item: null, filters: {} };

function read(): Place {
  const now = window.location.pathname + window.location.search;
  if (now === href) return place;
  href = now;
  const [first = '', second] = window.location.pathname.split('/').filter((part) => part !== '');
  const view = VIEWS.find((name) => name === first) ?? 'review';
  place = {
    view,
    item: second === undefined ? null : decodeURIComponent(second),
    filters: Object.fromEntries(new URLSearchParams(window.location.search)),
  };
  return place;
}

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('popstate', listener);
  };
}

export function usePlace(): Place {
  return useSyncExternalStore(subscribe, read);
}

export function hrefOf({ view, item = null, filters = {} }: Partial<Place> & { readonly view: View }): string {
  const search = new URLSearchParams(Object.entries(filters).filter(([, value]) => value !== '')).toString();
  const path = item === null ? `/${view}` : `/${view}/${encodeURIComponent(item)}`;
  return search === '' ? path : `${path}?${search}`;
}

export function go(to: Partial<Place> & { readonly view: View }, how: 'push' | 'replace' = 'push'): void {
  const target = hrefOf(to);
  if (how === 'push') window.history.pushState(null, '', target);
  else window.history.replaceState(null, '', target);
  tell();
}
