/**
 * What is wrong with a body, and where. Checks of the border report every fault they find, each with a JSON pointer (RFC 6901), up
 * to a bound, so that a sender can mend a batch in one go and cannot make an answer as large as the question.
 */
import type { z } from 'zod';

import { GatehouseError } from '../domain/errors.ts';
import type { ErrorCode, Fault } from '../domain/errors.ts';

const FAULTS_MAX = 100;
const POINTER_LENGTH_MAX = 512;

/** The pointer of a path; `base` is the pointer of what the path starts from. */
export function pointerOf(base: string, path: readonly PropertyKey[]): string {
  let pointer = base;
  for (const step of path) pointer += `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`;
  return pointer.length > POINTER_LENGTH_MAX ? `${pointer.slice(0, POINTER_LENGTH_MAX)}…` : pointer;
}

/** Gathers faults and turns them into one error. */
export class FaultList {
  readonly #faults: Fault[] = [];
  readonly #codes = new Set<ErrorCode>();
  #count = 0;

  get isFull(): boolean {
    return this.#count >= FAULTS_MAX;
  }

  add(code: ErrorCode, pointer: string, detail: string): void {
    this.#codes.add(code);
    this.#count += 1;
    if (this.#faults.length < FAULTS_MAX) this.#faults.push({ pointer, detail });
  }

  addIssues(error: z.core.$ZodError, base: string): void {
    for (const issue of error.issues) {
      if (issue.code === 'unrecognized_keys') {
        for (const key of issue.keys) {
          this.add('invalid_request', pointerOf(base, [...issue.path, key]), 'is not a member that is known here');
        }
      } else {
        this.add('invalid_request', pointerOf(base, issue.path), issue.message);
      }
    }
  }

  throwIfAny(): void {
    const error = this.toError();
    if (error !== null) throw error;
  }

  /** Faults of one code keep it; a mixture is an invalid request. Null when nothing is wrong. */
  toError(): GatehouseError | null {
    const [first] = this.#faults;
    if (first === undefined) return null;
    const [code = 'invalid_request'] = this.#codes.size === 1 ? this.#codes : [];
    const detail =
      this.#count === 1
        ? `${first.pointer === '' ? 'The body' : first.pointer}: ${first.detail}`
        : `${this.isFull ? 'Many' : this.#count} things are wrong; \`errors\` says what and where.`;
    return new GatehouseError(code, detail, { faults: this.#faults });
  }
}
