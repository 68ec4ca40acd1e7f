/** A held action as the review table keeps it. */
import type { ActionType, Channel } from '../domain/action-types.ts';
import type { CorrelationId, EventId, ScopeId, TenantId } from '../domain/ids.ts';
import type { JsonObject } from '../domain/json.ts';
import type { SubjectRefs } from '../domain/message.ts';

export interface HeldAction {
  readonly tenant: TenantId;
  readonly review: string;
  readonly action: string;
  readonly state: string;
  readonly partition: number;
  readonly scope: ScopeId;
  readonly actionType: ActionType;
  readonly channel: Channel;
  readonly fingerprint: string;
  readonly content: JsonObject | null;
  readonly refs: SubjectRefs;
  readonly correlation: CorrelationId;
  readonly causation: EventId | null;
}
