/** Whether somebody is among those whom a play is for. Each criterion that the play states must be met, and what is not known meets none. */
import type { FitTier } from '../domain/candidate.ts';
import { targetDefinitionSchema } from '../domain/play.ts';

export interface TargetFacts {
  readonly tier: FitTier;
  readonly vertical: string | null;
  readonly persona: string;
  /** The last signals of the person and of the account. */
  readonly signals: readonly string[];
  /** States of the person and of the account. */
  readonly stages: readonly string[];
  /** As the tenant's own systems name it, in the dimension `segment`. */
  readonly segmentLabel: string | null;
  /** By size, where nobody has named one. */
  readonly sizeBand: string | null;
}

/** Source: SalesPlayLibrary, `target_definition` and `segment`; the label of the tenant goes before the size band. */
export function isInTarget(target: object, segment: string | null, facts: TargetFacts): boolean {
  if (segment !== null && (facts.segmentLabel ?? facts.sizeBand) !== segment) return false;
  const parsed = targetDefinitionSchema.safeParse(target);
  // A play whose target this program cannot read is for nobody.
  if (!parsed.success) return false;
  const { icp_tiers: tiers, verticals, intent_signals: signals, lifecycle_stages: stages, personas } = parsed.data;
  const meets = (wanted: readonly string[] | undefined, found: readonly string[]) =>
    wanted === undefined || found.some((value) => wanted.includes(value));
  return (
    meets(tiers, [facts.tier]) &&
    meets(verticals, facts.vertical === null ? [] : [facts.vertical]) &&
    meets(signals, facts.signals) &&
    meets(stages, facts.stages) &&
    meets(personas, [facts.persona])
  );
}
