/** Filters as text, `field:value` and `field:"a value"`, kept in the address. A word without a field is for the field that the list names as its own. */
import { useEffect, useRef, useState } from 'react';

import { useKeys } from '../app/keys.ts';

const PART = /(?<field>[a-z_]+):(?:"(?<quoted>[^"]*)"|(?<plain>\S*))|(?<word>\S+)/g;

export function filtersIn(text: string, fields: readonly string[], own: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const { 0: whole, groups = {} } of text.matchAll(PART)) {
    const { field, quoted, plain } = groups;
    if (field !== undefined && fields.includes(field)) found[field] = quoted ?? plain ?? '';
    // Ids have colons too, such as `crm:42`; and what is no field must not leave the list as if nothing had been asked for.
    else found[own] = whole;
  }
  return found;
}

export function searchText(filters: Readonly<Record<string, string>>, fields: readonly string[]): string {
  return fields
    .flatMap((field) => {
      const value = filters[field] ?? '';
      return value === '' ? [] : [value.includes(' ') ? `${field}:"${value}"` : `${field}:${value}`];
    })
    .join(' ');
}

interface Props {
  readonly fields: readonly string[];
  readonly own: string;
  readonly filters: Readonly<Record<string, string>>;
  readonly onChange: (filters: Record<string, string>) => void;
}

export function SearchBox({ fields, own, filters, onChange }: Props) {
  const given = searchText(filters, fields);
  const [text, setText] = useState(given);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setText(given), [given]);
  useKeys({ '/': () => input.current?.select() });
  return (
    <form
      role="search"
      className="search"
      onSubmit={(event) => {
        event.preventDefault();
        onChange(filtersIn(text, fields, own));
        input.current?.blur();
      }}
    >
      <input
        ref={input}
        type="search"
        aria-label={`Search by ${fields.join(', ')}`}
        placeholder={`${own}:…   /`}
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return;
          event.preventDefault();
          setText(given);
          event.currentTarget.blur();
        }}
      />
    </form>
  );
}
