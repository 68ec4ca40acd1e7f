/** A call of a model, as far as it may be seen from outside: never what was asked, nor what was answered. */
import type { Span } from '../actors/observer.port.ts';

/** What a model is asked for. */
export const MODEL_PURPOSES = ['question', 'note'] as const;
export type ModelPurpose = (typeof MODEL_PURPOSES)[number];
/** `fallback`: the model gave no answer, and what stands in for it did. `failed`: neither did. */
export const MODEL_RESULTS = ['answered', 'fallback', 'failed'] as const;
export type ModelResult = (typeof MODEL_RESULTS)[number];

export interface ModelCall {
  readonly purpose: ModelPurpose;
  readonly result: ModelResult;
  readonly provider: string;
  readonly model: string;
  readonly dimensions: number;
  readonly time: Span;
}
