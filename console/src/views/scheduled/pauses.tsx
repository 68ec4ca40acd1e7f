/** What is paused, and a way to pause more: everything, or one channel, play, sender or account. */
import { useState } from 'react';

import { Dialog } from '../../shared/dialog.tsx';
import type { JsonObject, PauseView } from '../../shared/types.ts';

export function PauseList({
  pauses,
  may,
  onEnd,
}: {
  readonly pauses: readonly PauseView[];
  /** Whoever may pause may not end a pause by that: sending starts again. */
  readonly may: boolean;
  readonly onEnd: (pause: PauseView) => void;
}) {
  return (
    <ul className="pauses" aria-label="Pauses">
      {pauses.map((pause) => (
        <li key={pause.id} className="banner warn">
          {pause.scope === 'tenant' ? 'Everything' : `${pause.scope} ${pause.value}`} is paused: {pause.reason} (
          {pause.affects} wait){' '}
          <button
            type="button"
            disabled={!may}
            title={may ? undefined : 'Operators and admins may do this.'}
            onClick={() => onEnd(pause)}
          >
            End the pause
          </button>
        </li>
      ))}
    </ul>
  );
}

const SCOPES = ['tenant', 'channel', 'play', 'sender', 'account'] as const;

export function PauseDialog({
  onTake,
  onClose,
}: {
  readonly onTake: (body: JsonObject) => void;
  readonly onClose: () => void;
}) {
  const [scope, setScope] = useState<PauseView['scope']>('channel');
  const [value, setValue] = useState('');
  const [reason, setReason] = useState('');
  const ready = reason.trim() !== '' && (scope === 'tenant' || value.trim() !== '');
  const submit = (): void => {
    if (ready) onTake({ scope, ...(scope === 'tenant' ? {} : { value: value.trim() }), reason: reason.trim() });
  };
  return (
    <Dialog title="Pause what would leave" onClose={onClose} onSubmit={submit}>
      <label>
        <span>What</span>
        <select
          value={scope}
          onChange={(event) => setScope(SCOPES.find((item) => item === event.target.value) ?? 'channel')}
        >
          {SCOPES.map((item) => (
            <option key={item} value={item}>
              {item === 'tenant' ? 'everything' : `one ${item}`}
            </option>
          ))}
        </select>
      </label>
      {scope !== 'tenant' && (
        <label>
          <span>Which {scope}</span>
          <input value={value} onChange={(event) => setValue(event.target.value)} />
        </label>
      )}
      <label>
        <span>Why; it stands on the ledger</span>
        <input value={reason} maxLength={2_000} onChange={(event) => setReason(event.target.value)} />
      </label>
      <p className="actions">
        <button type="button" onClick={onClose}>
          Back
        </button>
        <button type="submit" className="bad" disabled={!ready}>
          Pause
        </button>
      </p>
    </Dialog>
  );
}
