/** How parameters travel to a server: what is not given is left out. */

export function withoutNulls(input: object): object {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined));
}

export function queryOf(values: Readonly<Record<string, string | null | undefined>>): string {
  const query = new URLSearchParams(withoutNulls(values) as Record<string, string>).toString();
  return query === '' ? '' : `?${query}`;
}
