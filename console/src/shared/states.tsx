/** What stands where there is nothing to show: that it is empty and what would appear, that it failed and what to do, or that it is on its way. */
import type { ReactNode } from 'react';

import { Problem } from './api.ts';

export function Empty({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <div className="empty">
      <h2>{title}</h2>
      <p>{children}</p>
    </div>
  );
}

export function Failed({ error, what }: { readonly error: unknown; readonly what: string }) {
  const isMissing = error instanceof Problem && error.code === 'not_found';
  return (
    <div className="empty" role="alert">
      <h2>{isMissing ? `There is no such ${what}` : `The ${what} could not be read`}</h2>
      <p>{error instanceof Error ? error.message : 'Something went wrong.'}</p>
    </div>
  );
}

export function Loading({ what }: { readonly what: string }) {
  return (
    <p className="loading" aria-busy="true">
      Reading {what} …
    </p>
  );
}
