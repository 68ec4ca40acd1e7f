/** A scheduled action as the table of what waits keeps it. */
import type { CorrelationId, EventId, ScopeId, TenantId } from '../domain/ids.ts';
import type { SubjectRefs } from '../domain/message.ts';

export interface ScheduledAction {
  readonly tenant: TenantId;
  readonly action: string;
  readonly waits: 'undo' | 'veto' | 'due' | 'capacity' | 'pause';
  readonly dueAt: number;
  readonly scope: ScopeId;
  readonly fingerprint: string;
  readonly account: string | null;
  readonly refs: SubjectRefs;
  readonly correlation: CorrelationId;
  readonly causation: EventId | null;
}
