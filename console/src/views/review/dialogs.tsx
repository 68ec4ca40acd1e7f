/** Questions that an act on a draft asks: why, until when, to whom. */
import { useId, useState } from 'react';

import { Dialog } from '../../shared/dialog.tsx';

const REASONS = [
  'Wrong person',
  'Wrong time',
  'Not relevant to them',
  'Facts are wrong',
  'Tone does not fit',
  'Already in contact',
  'Promise we cannot keep',
  'Duplicate',
  'Account is not to be approached',
] as const;

interface AskProps {
  readonly onClose: () => void;
}

export function RejectDialog({
  count,
  inSequence,
  onReject,
  onClose,
}: AskProps & {
  readonly count: number;
  /** Whether the draft is one step of several to the same contact. */
  readonly inSequence: boolean;
  readonly onReject: (reason: string, wholeSequence: boolean) => void;
}) {
  const [text, setText] = useState('');
  const [whole, setWhole] = useState(inSequence);
  const keys = Object.fromEntries(REASONS.map((reason, index) => [String(index + 1), () => onReject(reason, whole)]));
  const submit = (): void => {
    if (text.trim() !== '') onReject(text.trim(), whole);
  };
  return (
    <Dialog
      title={count === 1 ? 'Reject, why?' : `Reject ${count} drafts, why?`}
      onClose={onClose}
      onSubmit={submit}
      keys={keys}
    >
      <ol className="choices">
        {REASONS.map((reason, index) => (
          <li key={reason}>
            <button type="button" onClick={() => onReject(reason, whole)}>
              <kbd>{index + 1}</kbd> {reason}
            </button>
          </li>
        ))}
      </ol>
      <label>
        <span>Another reason</span>
        <input value={text} maxLength={2_000} onChange={(event) => setText(event.target.value)} />
      </label>
      {inSequence && (
        <label className="check">
          <input type="checkbox" checked={whole} onChange={(event) => setWhole(event.target.checked)} />
          <span>And cancel all other steps to this contact</span>
        </label>
      )}
      <p className="actions">
        <button type="button" onClick={onClose}>
          Back
        </button>
        <button type="submit" disabled={text.trim() === ''} className="bad">
          Reject
        </button>
      </p>
    </Dialog>
  );
}

const HOUR_MS = 3_600_000;

function tomorrowAt(hour: number): Date {
  const day = new Date();
  day.setDate(day.getDate() + 1);
  day.setHours(hour, 0, 0, 0);
  return day;
}

function nextMonday(): Date {
  const day = tomorrowAt(9);
  while (day.getDay() !== 1) day.setDate(day.getDate() + 1);
  return day;
}

/** A time of the person's own clock, as a field of the page has it. */
export function localText(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

export function TimeDialog({
  title,
  verb,
  onTake,
  onClose,
}: AskProps & { readonly title: string; readonly verb: string; readonly onTake: (at: string) => void }) {
  const [text, setText] = useState(localText(tomorrowAt(9)));
  const choices = [
    ['In one hour', () => new Date(Date.now() + HOUR_MS)],
    ['In four hours', () => new Date(Date.now() + 4 * HOUR_MS)],
    ['Tomorrow at 9', () => tomorrowAt(9)],
    ['Next Monday at 9', nextMonday],
  ] as const;
  const take = (at: Date): void => onTake(at.toISOString());
  const keys = Object.fromEntries(choices.map(([, at], index) => [String(index + 1), () => take(at())]));
  return (
    <Dialog title={title} onClose={onClose} onSubmit={() => take(new Date(text))} keys={keys}>
      <ol className="choices">
        {choices.map(([name, at], index) => (
          <li key={name}>
            <button type="button" onClick={() => take(at())}>
              <kbd>{index + 1}</kbd> {name}
            </button>
          </li>
        ))}
      </ol>
      <label>
        <span>Or at a time of your clock</span>
        <input type="datetime-local" value={text} onChange={(event) => setText(event.target.value)} />
      </label>
      <p className="actions">
        <button type="button" onClick={onClose}>
          Back
        </button>
        <button type="submit" disabled={text === ''}>
          {verb}
        </button>
      </p>
    </Dialog>
  );
}

export function TextDialog({
  title,
  label,
  verb,
  initial = '',
  onTake,
  onClose,
}: AskProps & {
  readonly title: string;
  readonly label: string;
  readonly verb: string;
  readonly initial?: string;
  readonly onTake: (text: string) => void;
}) {
  const [text, setText] = useState(initial);
  const field = useId();
  const submit = (): void => {
    if (text.trim() !== '') onTake(text.trim());
  };
  return (
    <Dialog title={title} onClose={onClose} onSubmit={submit}>
      <label htmlFor={field}>
        <span>{label}</span>
      </label>
      <input id={field} autoFocus value={text} maxLength={2_000} onChange={(event) => setText(event.target.value)} />
      <p className="actions">
        <button type="button" onClick={onClose}>
          Back
        </button>
        <button type="submit" disabled={text.trim() === ''}>
          {verb}
        </button>
      </p>
    </Dialog>
  );
}
