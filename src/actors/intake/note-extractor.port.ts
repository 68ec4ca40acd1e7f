/**
 * How a model reads notes out of a text. It runs beside the rules and apart from the commit of the signal, and what it finds comes back as notes
 * of an agent, which count less than those of rules. No model is configured yet.
 */
import type { NoteLink, NoteText, Predicate, NoteKind } from '../../domain/note.ts';

export interface ExtractedNote extends NoteText {
  readonly kind: NoteKind;
  readonly predicate: Predicate | null;
  readonly confidence: number;
  /** Characters of the text that it stands on. */
  readonly from: number;
  readonly to: number;
  readonly links: readonly NoteLink[];
}

export interface NoteExtractor {
  /** Names the model and the version of its prompt. */
  readonly id: string;
  /** Throws `RetryableError` when asking again may help. */
  extract(text: string): Promise<readonly ExtractedNote[]>;
}
