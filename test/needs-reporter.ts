/**
 * Ends a test run with one line for each need that was not met and one line of totals. A skip that nobody
 * sees is a hole in the tests, so on CI an unmet need fails the run, unless it is optional.
 */
import type { Reporter, TestModule } from 'vitest/node';

export class NeedsReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const { unmet, ...totals } = summarize(modules, unhandledErrors.length);
    const onCi = isOnCi(process.env['CI']);
    if (onCi && unmet.some(isRequired)) {
      process.exitCode = 1;
    }
    process.stdout.write(`${reportLines(totals, unmet, onCi).join('\n')}\n`);
  }
}

interface Totals {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

interface UnmetNeed {
  readonly title: string;
  readonly variable: string;
  readonly optional?: true;
  readonly tests: number;
}

/** The lines that end a run; exported for its own test. */
export function reportLines(totals: Totals, unmet: readonly UnmetNeed[], onCi: boolean): readonly string[] {
  const lines = unmet.map(
    ({ title, variable, tests }) => `skipped: ${title} tests (${tests}) because ${variable} is not set`,
  );
  const required = unmet.filter(isRequired);
  if (onCi && required.length > 0) {
    const variables = required.map(({ variable }) => variable).join(', ');
    lines.push(`failed: on CI every need must be met; set ${variables}`);
  }
  lines.push(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`);
  return lines;
}

function isRequired({ optional }: UnmetNeed): boolean {
  return optional !== true;
}

export function isOnCi(value: string | undefined): boolean {
  return value !== undefined && value !== '' && value !== 'false' && value !== '0';
}

function summarize(
  modules: readonly TestModule[],
  unhandledErrors: number,
): Totals & { readonly unmet: readonly UnmetNeed[] } {
  const totals = { passed: 0, failed: unhandledErrors, skipped: 0 };
  const unmet = new Map<string, UnmetNeed>();

  for (const module of modules) {
    // A file that cannot be loaded and a hook that throws have no failed test, but are failures.
    for (const place of [module, ...module.children.allSuites()]) {
      totals.failed += place.errors().length > 0 ? 1 : 0;
    }
    for (const test of module.children.allTests()) {
      const { state } = test.result();
      if (state !== 'pending') {
        totals[state] += 1;
      }
      const need = test.meta().unmetNeed;
      if (need !== undefined) {
        unmet.set(need.variable, { ...need, tests: (unmet.get(need.variable)?.tests ?? 0) + 1 });
      }
    }
  }
  return { ...totals, unmet: [...unmet.values()] };
}
