/** Reads `Prefer: wait=10`: how long a sender is ready to wait for what its signals lead to. Source: RFC 7240. */

export const WAIT_SECONDS_MAX = 30;

/** Seconds to wait, capped; null when the sender did not ask, or not in a form that RFC 7240 knows. The first `wait` counts. */
export function waitSeconds(header: string | readonly string[] | undefined): number | null {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '');
  for (const preference of text.split(',')) {
    const match = /^\s*wait\s*=\s*"?(\d{1,9})"?\s*(?:;.*)?$/i.exec(preference);
    if (match !== null) return Math.min(Number(match[1]), WAIT_SECONDS_MAX);
  }
  return null;
}
