/** Text at the border: what may be an identifier, and what must be refused before it reaches a database. */
import { z } from 'zod';

/** True when the text has no control character, no lone surrogate and no leading or trailing space. */
export function isCleanText(text: string): boolean {
  if (text !== text.trim() || !text.isWellFormed()) return false;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) return false;
  }
  return true;
}

/** An identifier that came from outside: 1 to `max` characters, no control characters, well-formed Unicode. */
export function externalIdSchema(max = 256) {
  return z
    .string()
    .min(1)
    .max(max)
    .refine(isCleanText, 'must be well-formed text without control characters or surrounding spaces');
}

export function labelSchema(max = 200) {
  return externalIdSchema(max);
}
