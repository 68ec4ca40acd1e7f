/**
 * The parts of docs/reference/benchmarks.md. Each benchmark writes its own between two markers, and leaves alone what the others wrote.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const PAGE = new URL('../docs/reference/benchmarks.md', import.meta.url);

/** A benchmark by the command that writes its section. */
export type Section =
  | 'bench'
  | 'bench:gate'
  | 'bench:restart'
  | 'bench:peers'
  | 'bench:ledger'
  | 'bench:retrieval'
  | 'bench:memory'
  | 'bench:timers'
  | 'bench:hosts';

const beginOf = (section: Section) => `<!-- written by npm run ${section} -- --write -->`;
const endOf = (section: Section) => `<!-- end of ${section} -->`;

/** The section with its markers, as it stands in a page; empty when the page has none. */
export function sectionOf(page: string, section: Section): string {
  const begin = page.indexOf(beginOf(section));
  const end = page.indexOf(endOf(section));
  return begin === -1 || end < begin ? '' : page.slice(begin, end + endOf(section).length);
}

/** A page with `content` as this section, in the place of the one before or at the end. */
export function withSection(page: string, section: Section, content: string): string {
  const text = `${beginOf(section)}\n\n${content.trim()}\n\n${endOf(section)}`;
  const before = sectionOf(page, section);
  return before === '' ? `${page.trimEnd()}\n\n${text}\n` : page.replace(before, () => text);
}

/** What stands in this section of the page now. */
export function readSection(section: Section): string {
  return sectionOf(readFileSync(PAGE, 'utf8'), section);
}

export function writeSection(section: Section, content: string): void {
  writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), section, content));
}
