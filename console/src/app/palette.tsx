/** Goes anywhere by typing: a view, or an id that was copied from somewhere. */
import { useState } from 'react';

import { Dialog } from '../shared/dialog.tsx';
import { go } from './router.ts';
import type { Place, View } from './router.ts';

interface Way {
  readonly title: string;
  readonly to: Partial<Place> & { readonly view: View };
}

const WAYS: readonly Way[] = [
  { title: 'Review', to: { view: 'review' } },
  { title: 'Review: mine', to: { view: 'review', filters: { assigned_to: 'me' } } },
  { title: 'Review: snoozed', to: { view: 'review', filters: { state: 'snoozed' } } },
  { title: 'Scheduled', to: { view: 'scheduled' } },
  { title: 'Trace: all decisions', to: { view: 'trace' } },
  { title: 'Trace: held', to: { view: 'trace', filters: { verdict: 'hold' } } },
  { title: 'Trace: denied', to: { view: 'trace', filters: { verdict: 'deny' } } },
];

function waysFor(text: string): readonly Way[] {
  const wanted = text.trim();
  if (wanted.startsWith('rev_')) return [{ title: `Review ${wanted}`, to: { view: 'review', item: wanted } }];
  if (wanted.startsWith('dec_')) return [{ title: `Trace ${wanted}`, to: { view: 'trace', item: wanted } }];
  if (wanted.startsWith('act_')) return [{ title: `Scheduled ${wanted}`, to: { view: 'scheduled', item: wanted } }];
  return WAYS.filter(({ title }) => title.toLowerCase().includes(wanted.toLowerCase()));
}

export function Palette({ onClose }: { readonly onClose: () => void }) {
  const [text, setText] = useState('');
  const ways = waysFor(text);
  const take = (way: Way | undefined): void => {
    if (way === undefined) return;
    onClose();
    go(way.to);
  };
  return (
    <Dialog title="Go to" onClose={onClose} onSubmit={() => take(ways[0])}>
      <label>
        <span>A view, or an id such as rev_…, dec_… or act_…</span>
        <input autoFocus value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <ul className="ways">
        {ways.map((way) => (
          <li key={way.title}>
            <button type="button" onClick={() => take(way)}>
              {way.title}
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
