/** Fills the names of a recipient into a draft. Drafts hold placeholders only, so that they name nobody until they are read or leave. */
import type { JsonObject, JsonValue } from './json.ts';

/** Words for a name that is not known. */
const UNNAMED = 'there';
const UNNAMED_COMPANY = 'your company';

export interface Named {
  readonly name: string | null;
  readonly company: string | null;
}

export function personalised(text: string, to: Named): string {
  const firstName = to.name?.trim().split(/\s+/, 1)[0] ?? '';
  return text
    .replaceAll('{{first_name}}', () => (firstName === '' ? UNNAMED : firstName))
    .replaceAll('{{company}}', () => to.company ?? UNNAMED_COMPANY);
}

/** The members of a draft in which its text may stand, the first that there is. */
const BODIES = ['body', 'text', 'message', 'note'] as const;

/** A draft as its recipient will see it. What has no text of its own is shown as JSON. */
export function renderedDraft(
  content: JsonValue,
  to: Named,
): { readonly subject: string | null; readonly body: string } {
  if (content === null) return { subject: null, body: '' };
  if (typeof content !== 'object' || Array.isArray(content)) return { subject: null, body: JSON.stringify(content) };
  const draft = content as JsonObject;
  const text = BODIES.map((name) => draft[name]).find((value) => typeof value === 'string');
  const subject = draft['subject'];
  return {
    // A header is one line.
    subject: typeof subject === 'string' ? (personalised(subject, to).split(/[\r\n]/, 1)[0] ?? '') : null,
    body: text === undefined ? JSON.stringify(draft, null, 2) : personalised(text, to),
  };
}
