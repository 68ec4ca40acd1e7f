/** Search in the memory of an account, as the gateway and the command line see it. */
import type { NoteView, TimelineView } from './note-services.port.ts';
import type { Caller } from './services.port.ts';

export interface MemorySearchRequest {
  /** Null for the timeline alone, which is the first look. */
  readonly query: string | null;
  /** Milliseconds: what was known then. */
  readonly as_of: number | null;
  readonly budget_tokens: number;
  readonly budget_ms: number;
}

export type MemoryLayer = 'timeline' | 'lexical' | 'neighbours' | 'links' | 'vectors';
export type MemoryStop = 'first_look' | 'all_layers_done' | 'nothing_found' | 'time_budget' | 'token_budget';

export interface MemoryItem {
  readonly note: NoteView;
  readonly score: number;
  /** The layer that found it first. */
  readonly layer: Exclude<MemoryLayer, 'timeline'>;
  readonly tokens: number;
}

export interface MemoryAnswer {
  readonly provider: string;
  /** Whether meanings were compared, or words alone. */
  readonly semantic: boolean;
  /** Null when it does not fit into the budget, or when a moment of the past was asked for. */
  readonly timeline: TimelineView | null;
  readonly items: readonly MemoryItem[];
  /** An estimate of what the answer costs a model to read. */
  readonly tokens: number;
  readonly trace: {
    readonly steps: readonly { readonly layer: MemoryLayer; readonly added: number; readonly milliseconds: number }[];
    readonly stopped: MemoryStop;
    /** `notes` when the index was missing or behind, and the notes were read one by one. */
    readonly searched: 'index' | 'notes' | 'timeline';
  };
}

export interface SearchServices {
  searchMemory(caller: Caller, account: string, request: MemorySearchRequest): Promise<MemoryAnswer>;
  /** Makes the index of the tenant again, from the notes. Searches go on meanwhile. */
  reindexMemory(caller: Caller): Promise<{ readonly notes: number; readonly partitions: number }>;
}
