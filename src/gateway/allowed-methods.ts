/**
 * Tells a path that does not exist from a method that a path does not have. The router knows only that nothing matched, so the
 * patterns are kept here as well.
 */

interface KnownPath {
  readonly pattern: RegExp;
  readonly methods: Set<string>;
}

export class AllowedMethods {
  readonly #paths = new Map<string, KnownPath>();

  add(path: string, methods: string | readonly string[]): void {
    // A wildcard serves files; it would make every path look known.
    if (path.includes('*')) return;
    const known = this.#paths.get(path) ?? { pattern: patternOf(path), methods: new Set<string>() };
    for (const method of [methods].flat()) known.methods.add(method);
    this.#paths.set(path, known);
  }

  /** Methods that the path has, sorted; empty when there is no such path. */
  of(path: string): readonly string[] {
    const methods = new Set<string>();
    for (const known of this.#paths.values()) {
      if (known.pattern.test(path)) for (const method of known.methods) methods.add(method);
    }
    return [...methods].toSorted();
  }
}

function patternOf(path: string): RegExp {
  const parts = path.split('/').map((part) => (part.startsWith(':') ? '[^/]+' : escapePattern(part)));
  return new RegExp(`^${parts.join('/')}$`);
}

function escapePattern(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
}
