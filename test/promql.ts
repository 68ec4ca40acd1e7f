/** Reads the names out of an expression of Prometheus, so that a test can hold alerts and boards to the figures that exist. */
import type { Registry } from 'prom-client';

/** Label names by metric. */
export type KnownMetrics = ReadonlyMap<string, ReadonlySet<string>>;

/** Labels that Prometheus itself adds. */
const TARGET_LABELS = ['job', 'instance'];

const WORDS = new Set([
  'and',
  'or',
  'unless',
  'by',
  'without',
  'on',
  'ignoring',
  'offset',
  'bool',
  'group_left',
  'inf',
]);

/** What can be asked of a registry: a histogram is three metrics. */
export async function metricsOf(registry: Registry): Promise<KnownMetrics> {
  const known = new Map<string, ReadonlySet<string>>();
  for (const { name, type } of await registry.getMetricsAsJSON()) {
    const metric = registry.getSingleMetric(name) as unknown as { readonly labelNames: readonly string[] };
    const labels = [...metric.labelNames, ...TARGET_LABELS];
    // Of the enumeration of types only the text is given here.
    if (String(type) !== 'histogram') known.set(name, new Set(labels));
    else {
      known.set(`${name}_bucket`, new Set([...labels, 'le']));
      for (const end of ['sum', 'count']) known.set(`${name}_${end}`, new Set(labels));
    }
  }
  return known;
}

export interface Selector {
  readonly metric: string;
  readonly labels: readonly string[];
}

/** Every selector of a series. Functions, keywords, durations and what stands in quotes are none. */
export function selectorsOf(expression: string): readonly Selector[] {
  const plain = expression
    .replaceAll(/"(?:[^"\\]|\\.)*"/g, '""')
    .replaceAll(/\[[^\]]*\]/g, '')
    .replaceAll(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, '')
    .replaceAll(/\boffset\s+\d+[smhdwy]/g, '');
  // The braces are read together with the name before them, so what stands in them is never taken for a name.
  return [...plain.matchAll(/(?<![\w:])(?<metric>[a-zA-Z_:][\w:]*)\s*(?<rest>\{[^}]*\}|\()?/g)].flatMap(
    ({ groups }) => {
      const { metric = '', rest = '' } = groups ?? {};
      if (rest === '(' || WORDS.has(metric)) return [];
      return [{ metric, labels: [...rest.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) }];
    },
  );
}

/** What the expression asks for and nobody reports. */
export function unknownNames(expression: string, known: KnownMetrics): readonly string[] {
  return selectorsOf(expression).flatMap(({ metric, labels }) => {
    const allowed = known.get(metric);
    if (allowed === undefined) return [metric];
    return labels.filter((label) => !allowed.has(label)).map((label) => `${metric}{${label}}`);
  });
}
