/** What the gateway and the command line ask about sequences of touches under active plays. */
import type { CadenceEventKind, SequenceEnd, SequenceType, SuppressedReason, TouchResult } from '../domain/cadence.ts';
import type { Caller, Page, PageQuery } from './caller.port.ts';

export interface CadenceQuery extends PageQuery {
  readonly play?: string | undefined;
  readonly sequence?: string | undefined;
  readonly originating_proposal_id?: string | undefined;
  /** The id of the person here. */
  readonly person?: string | undefined;
  readonly kind?: CadenceEventKind | undefined;
  readonly suppressed_reason?: SuppressedReason | undefined;
}

/** One row of the cadence event log. */
export interface CadenceEventView {
  /** Of the event on the ledger. */
  readonly event: string;
  readonly at: string;
  readonly kind: CadenceEventKind;
  /** Null for a touch that no sequence proposed. */
  readonly sequence: string | null;
  /** Of the sequence after it: `waiting`, `touching` or `ended`; of the action, where there is no sequence. */
  readonly state: string;
  /** Null for a touch under no play, and then there may be no proposal either. */
  readonly play_id: string | null;
  readonly originating_proposal_id: string | null;
  /** The id of the person here; null for a touch to a whole account. */
  readonly person: string | null;
  /** How the tenant's own systems name the person; null for one who was erased, and for brains. */
  readonly contact: string | null;
  readonly account: string | null;
  readonly sequence_type: SequenceType;
  readonly step: number | null;
  readonly channel: string | null;
  readonly action: string | null;
  readonly priority_score_at_queue: number | null;
  readonly suppressed_reason: SuppressedReason | null;
  /** Reasons of the gate behind it. */
  readonly reasons: readonly string[];
  readonly again_at: string | null;
  readonly result: TouchResult | null;
  /** In which a touch was made: `sandbox` and `shadow` reached nobody. */
  readonly mode: string | null;
  readonly ended_because: SequenceEnd | null;
}

/** An active play, and how far its sequences have come. */
export interface CadencePlayView {
  readonly play_id: string;
  readonly name: string;
  readonly segment: string | null;
  readonly account: string | null;
  readonly starts_sequences: boolean;
  /** Why none begins; null when some may. */
  readonly problem: string | null;
  readonly started: number;
  readonly running: number;
  readonly completed: number;
  readonly replied: number;
  readonly touches: number;
  readonly suppressed: number;
}

export interface CadenceRunView {
  readonly plays: number;
  readonly looked_at: number;
  readonly started: number;
}

export interface CadenceServices {
  /** Newest first. A brain sees what happened under its own plays. */
  listEvents(caller: Caller, query: CadenceQuery): Promise<Page<CadenceEventView>>;
  /** Those that are active. A brain sees its own. */
  listPlays(caller: Caller): Promise<{ readonly items: readonly CadencePlayView[] }>;
  /** Looks at everybody at once for whom sequences may begin, as the server does bit by bit. */
  run(caller: Caller): Promise<CadenceRunView>;
}
