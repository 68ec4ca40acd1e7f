/** All keys on one page. */
import { Dialog } from '../shared/dialog.tsx';

const GROUPS = [
  [
    'Everywhere',
    [
      ['G then R, S or T', 'Review, Scheduled, Trace'],
      ['/', 'Search, with field:value'],
      ['Ctrl or Cmd + K', 'Go anywhere'],
      ['?', 'These keys'],
      ['Esc', 'Back'],
    ],
  ],
  [
    'Lists',
    [
      ['J, K', 'Next, previous'],
      ['Enter', 'Open'],
      ['X', 'Select'],
      ['Shift + X', 'Select up to here'],
    ],
  ],
  [
    'Review',
    [
      ['A', 'Approve, and on to the next'],
      ['E', 'Edit'],
      ['Ctrl or Cmd + Enter', 'Save the edit and approve'],
      ['R, then 1 to 9', 'Reject with a reason'],
      ['S', 'Snooze'],
      ['O', 'Hand to somebody else'],
      ['U', 'Undo, while it can be undone'],
    ],
  ],
  [
    'Scheduled',
    [
      ['V', 'Veto or cancel'],
      ['M', 'Move'],
      ['N', 'Send now'],
      ['P', 'Pause'],
      ['U', 'Undo the approval'],
    ],
  ],
  [
    'Trace',
    [
      ['C', 'Compare with another decision, or end the comparison'],
      ['W', 'What if: change one thing'],
    ],
  ],
] as const;

export function CheatSheet({ onClose }: { readonly onClose: () => void }) {
  return (
    <Dialog title="Keys" onClose={onClose} onSubmit={onClose} keys={{ '?': onClose }}>
      <div className="cheat-sheet">
        {GROUPS.map(([title, keys]) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, meaning]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{meaning}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
      <p className="actions">
        <button type="submit">Close</button>
      </p>
    </Dialog>
  );
}
