/** The draft in fields, with what the edit changes marked as it is typed. */
import { useEffect, useId, useRef, useState } from 'react';
import type { KeyboardEvent } from 'react';

import { DiffView } from '../../shared/diff-view.tsx';
import { fieldsOf, isObject } from '../../shared/message.ts';
import type { TextField } from '../../shared/message.ts';
import type { JsonObject, ReviewView } from '../../shared/types.ts';

interface Props {
  readonly review: ReviewView;
  readonly onSave: (content: JsonObject) => void;
  readonly onClose: () => void;
}

export function Editor({ review, onSave, onClose }: Props) {
  const before = fieldsOf(review.content);
  const [fields, setFields] = useState<readonly TextField[]>(before);
  const first = useRef<HTMLTextAreaElement>(null);
  const name = useId();
  // The longest text is what people came to edit.
  const longest = before.reduce<TextField | undefined>(
    (best, field) => (best === undefined || field.value.length > best.value.length ? field : best),
    undefined,
  )?.name;
  useEffect(() => {
    first.current?.focus();
    first.current?.setSelectionRange(0, 0);
  }, []);
  const changed = fields.some((field, index) => field.value !== before[index]?.value);
  const save = (): void => {
    if (!changed || !isObject(review.content)) return;
    onSave({ ...review.content, ...Object.fromEntries(fields.map((field) => [field.name, field.value])) });
  };
  const press = (event: KeyboardEvent): void => {
    if (event.key === 'Escape') {
      event.preventDefault();
      onClose();
    } else if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault();
      save();
    }
  };
  return (
    <form
      className="editor"
      aria-label="Edit the draft"
      onKeyDown={press}
      onSubmit={(event) => {
        event.preventDefault();
        save();
      }}
    >
      {fields.map((field) => (
        <div key={field.name}>
          <label htmlFor={`${name}-${field.name}`}>{field.name}</label>
          <textarea
            id={`${name}-${field.name}`}
            ref={field.name === longest ? first : undefined}
            rows={field.name === longest ? 12 : 2}
            value={field.value}
            onChange={(event) => {
              const { value } = event.target;
              setFields((all) => all.map((item) => (item.name === field.name ? { ...item, value } : item)));
            }}
          />
        </div>
      ))}
      <h3>What your edit changes</h3>
      {!changed && <p className="muted">Nothing yet.</p>}
      {fields.map((field, index) => {
        const was = before[index]?.value ?? '';
        return was === field.value ? null : (
          <DiffView key={field.name} before={was} after={field.value} label={`Changes of ${field.name}`} />
        );
      })}
      <p className="actions">
        <button type="button" onClick={onClose}>
          Back <kbd>Esc</kbd>
        </button>
        <button type="submit" className="good" disabled={!changed}>
          Save and approve <kbd>Ctrl ⏎</kbd>
        </button>
      </p>
    </form>
  );
}
