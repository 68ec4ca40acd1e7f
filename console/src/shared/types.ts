/** The shapes of the API, taken from the gateway's own types so that they cannot drift apart. Nothing of the server is bundled: these are types only. */
export type { Threshold } from '../../../src/domain/counterfactual.ts';
export type { CheckResult } from '../../../src/domain/gate.ts';
export type { JsonObject, JsonValue } from '../../../src/domain/json.ts';
export type { Page } from '../../../src/gateway/caller.port.ts';
export type {
  DecisionView,
  MachineView,
  ReplayView,
  TraceStep,
  TraceView,
} from '../../../src/gateway/services.port.ts';
export type {
  AccountRefView,
  BulkPreview,
  BulkResult,
  PauseView,
  RecipientView,
  ReviewSummary,
  ReviewView,
  ScheduledView,
} from '../../../src/gateway/review.port.ts';
export type { SessionView } from '../../../src/gateway/session.port.ts';
export type { ComparisonView, CounterfactualView } from '../../../src/gateway/what-if.port.ts';
export type { ChangeView } from '../../../src/gateway/stream.port.ts';
