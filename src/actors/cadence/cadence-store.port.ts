/** The cadence event log as rows. They follow from the ledger alone. Source: GTM OS AGT-302, CadenceEventLog. */
import type { CadenceEventKind } from '../../domain/cadence.ts';
import type { TenantId } from '../../domain/ids.ts';

export interface CadenceRow {
  readonly tenant: TenantId;
  /** Place of the event on the ledger. */
  readonly partition: number;
  readonly seq: number;
  readonly at: number;
  readonly kind: CadenceEventKind;
  /** Whose event it is: touches that no sequence proposed are told by their actions. */
  readonly actor_kind: 'sequence' | 'action';
  /** Null for a touch of no sequence. */
  readonly sequence: string | null;
  /** Of the sequence, or of the action, after the event. */
  readonly state: string;
  readonly play_id: string | null;
  readonly originating_proposal_id: string | null;
  readonly person: string | null;
  readonly account: string | null;
  readonly sequence_type: string;
  /** Which touch, from 1; null for what concerns the sequence as a whole. */
  readonly step: number | null;
  readonly channel: string | null;
  readonly action: string | null;
  readonly priority_score_at_queue: number | null;
  readonly suppressed_reason: string | null;
  readonly reasons: readonly string[];
  readonly again_at: number | null;
  /** How the action of the touch ended. */
  readonly result: string | null;
  /** In which a touch was made. */
  readonly mode: string | null;
  readonly ended_because: string | null;
}
