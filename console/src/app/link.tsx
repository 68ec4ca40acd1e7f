/** A link within the console: a real one, which can be opened in a tab of its own, and which otherwise changes the view without loading anything. */
import type { MouseEvent, ReactNode } from 'react';

import { go, hrefOf } from './router.ts';
import type { Place, View } from './router.ts';

interface Props {
  readonly to: Partial<Place> & { readonly view: View };
  readonly children: ReactNode;
  readonly className?: string;
  readonly current?: boolean;
}

export function Link({ to, children, className, current = false }: Props) {
  const follow = (event: MouseEvent): void => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    go(to);
  };
  return (
    <a href={hrefOf(to)} onClick={follow} className={className} aria-current={current ? 'page' : undefined}>
      {children}
    </a>
  );
}
