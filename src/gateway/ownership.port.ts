/** What the gateway and the command line ask about who owns an account or a contact. */
import type { Caller, Page, PageQuery } from './caller.port.ts';
import type { EntityKind } from './identity.port.ts';

export interface OwnershipView {
  readonly subject: string;
  /** Whose lock counts: a contact of an account is owned through the account. */
  readonly owned_through: 'account' | 'contact';
  /** Null when nobody holds it. */
  readonly lock: {
    /** The identity of a person, or the lane. */
    readonly owner: string;
    readonly person: boolean;
    readonly lane: string;
    /** Rises with each lock; a permit of before does not outlive it. */
    readonly epoch: number;
    /** Null: until it is released. */
    readonly until: string | null;
  } | null;
}

/** An action in line for the lock, the next one first. */
export interface WaitingView {
  /** From 1. */
  readonly position: number;
  readonly action: string;
  readonly action_type: string;
  readonly lane: string;
  readonly since: string;
}

export interface OwnershipQueueView extends OwnershipView {
  readonly waiting: readonly WaitingView[];
}

export interface TakeInput {
  /** ISO 8601; null: until it is released. */
  readonly until: string | null;
  /** Also from another person. */
  readonly takeover: boolean;
  readonly reason: string;
}

export type ReleaseInput = Omit<TakeInput, 'until'>;

export interface OwnershipServices {
  /** Throws `not_found`. */
  show(caller: Caller, kind: EntityKind, externalId: string): Promise<OwnershipView>;
  /** Who waits for it, in what order. Throws `not_found`. */
  queue(caller: Caller, kind: EntityKind, externalId: string): Promise<OwnershipQueueView>;
  /** Accounts for which somebody waits, by their ids. Throws `invalid_request` for a cursor that is none. */
  queues(caller: Caller, query: PageQuery): Promise<Page<OwnershipQueueView>>;
  /** Throws `not_found`, `forbidden` for agents, and `state_conflict` when another person owns it and `takeover` is not set. */
  take(caller: Caller, kind: EntityKind, externalId: string, input: TakeInput): Promise<OwnershipView>;
  /** Throws as `take` does. */
  release(caller: Caller, kind: EntityKind, externalId: string, input: ReleaseInput): Promise<OwnershipView>;
}
