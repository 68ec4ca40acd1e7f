import { canonicalJson } from '../../domain/json.ts';
/**
 * What an import tells people and programs: what it would bring in, and what it brought in. The JSON form has every fault; the text
 * names the first ones and counts the rest, because a file with a wrong separator has one in every row.
 */
import type { ImportMode, ImportView } from '../../gateway/services.port.ts';
import { sha256 } from './digest.ts';
import type { RowFault } from './plan-import.ts';
import type { ImportSummary, PreparedImport } from './prepare.ts';
import { grouped } from './progress.ts';
import type { RunResult } from './run-import.ts';

export const FAULTS_SHOWN = 20;

export interface PreviewReport {
  readonly kind: 'preview' | 'dry_run';
  readonly name: string;
  readonly mode: ImportMode;
  /** Of the import that these files, this map and this mode make. */
  readonly digest: string;
  /** Of this report; a live import names it to show that it was read. */
  readonly report: string;
  readonly policy: string | null;
  readonly summary: ImportSummary;
  readonly faults: readonly RowFault[];
}

export interface ResultReport {
  readonly kind: 'result';
  readonly outcome: RunResult['outcome'];
  readonly changed: boolean;
  readonly resumed_from: number;
  readonly import: ImportView;
  readonly faults: readonly RowFault[];
}

export function previewReport(prepared: PreparedImport, mode: ImportMode, kind: PreviewReport['kind']): PreviewReport {
  return {
    kind,
    name: prepared.name,
    mode,
    digest: prepared.digest,
    report: reportDigest(prepared),
    policy: prepared.policy?.name ?? null,
    summary: prepared.summary,
    faults: prepared.faults,
  };
}

/**
 * What a dry run shows is a function of files and map, so its digest is too: it is the same whatever mode follows, and changes as soon
 * as one byte of a file, one line of the map or one fault does.
 */
export function reportDigest({ content, summary, faults }: PreparedImport): string {
  return sha256(canonicalJson({ v: 1, content, counts: summary.counts, faults }));
}

export function resultReport(prepared: PreparedImport, result: RunResult): ResultReport {
  const { view, outcome, changed, resumedFrom } = result;
  return { kind: 'result', outcome, changed, resumed_from: resumedFrom, import: view, faults: prepared.faults };
}

export function previewText(report: PreviewReport): string {
  const { summary } = report;
  const lines = [`${report.name}: ${plural(summary.records, 'record')} from ${plural(summary.rows, 'row')}`];
  for (const [name, count] of Object.entries(summary.counts)) lines.push(`  ${grouped(count)} × ${name}`);
  if (summary.from !== null && summary.to !== null) lines.push(`  from ${summary.from} to ${summary.to}`);
  if (report.policy !== null) lines.push(`  brings the policy ${JSON.stringify(report.policy)} into force`);
  for (const file of summary.files) {
    lines.push(`${file.name}: ${plural(file.rows, 'row')}, ${plural(file.records, 'record')}`);
    if (file.unmapped_columns.length > 0) lines.push(`  not in the map: ${file.unmapped_columns.join(', ')}`);
  }
  if (summary.preview.length > 0) lines.push('First records:');
  for (const { time, kind, type, subject, data } of summary.preview) {
    lines.push(`  ${time}  ${kind} ${type}  ${subject}  ${shortened(JSON.stringify(data))}`);
  }
  lines.push(...faultLines(report.faults));
  return lines.join('\n');
}

export function resultText(report: ResultReport): string {
  const { import: view, outcome } = report;
  const lines: string[] = [];
  switch (outcome) {
    case 'unchanged':
      lines.push(`${view.id} was complete already (${plural(view.total, 'row')}): nothing changed.`);
      break;
    case 'interrupted':
      lines.push(
        `${view.id} stopped after ${grouped(view.applied)} of ${plural(view.total, 'row')}.`,
        'Run the same command again to go on from there.',
      );
      break;
    case 'completed': {
      const resumed = report.resumed_from > 0 ? `, ${grouped(report.resumed_from)} of them by an earlier run` : '';
      lines.push(`${view.id} is complete: ${plural(view.applied, 'row')} applied${resumed}.`);
      break;
    }
  }
  for (const [name, count] of Object.entries(view.counts)) lines.push(`  ${grouped(count)} × ${name}`);
  lines.push(...faultLines(report.faults));
  if (outcome === 'completed') lines.push(`To take it back: gatehouse import undo ${view.id}`);
  return lines.join('\n');
}

/** `file:line: detail` for the first faults, and how many there are. Empty without faults. */
export function faultLines(faults: readonly RowFault[]): readonly string[] {
  if (faults.length === 0) return [];
  const shown = faults.slice(0, FAULTS_SHOWN).map(({ file, line, detail }) => `${file}:${line}: ${detail}`);
  const more = faults.length - shown.length;
  return [
    `${plural(faults.length, 'row')} cannot be imported:`,
    ...shown,
    ...(more > 0 ? [`… and ${grouped(more)} more; --json lists all`] : []),
  ];
}

const DATA_SHOWN = 100;

function shortened(text: string): string {
  return text.length > DATA_SHOWN ? `${text.slice(0, DATA_SHOWN)}…` : text;
}

function plural(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? '' : 's'}`;
}
