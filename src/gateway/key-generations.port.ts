/** What the gateway and the command line ask about the key that wraps the keys of people. */
import type { Caller } from './caller.port.ts';

export interface KeyGenerationView {
  readonly number: number;
  /** By which the key is recognised where it is kept. */
  readonly id: string;
  /** `made`: not every host has it yet. `active`: new keys are wrapped with it. `retired`: some still are. `empty`: none is, and somebody has it. */
  readonly state: 'made' | 'active' | 'retired' | 'empty' | 'destroyed';
  readonly made_at: string;
  readonly destroyed_at: string | null;
  /** Whose keys are wrapped with it in the database. */
  readonly people: number;
  /** Where the host that answers has the key: a file, or its place in GATEHOUSE_MASTER_KEY; null when it does not. */
  readonly here: string | null;
}

export interface KeyGenerationsView {
  readonly managed_by: 'environment' | 'files';
  readonly generations: readonly KeyGenerationView[];
  /** What an operator has to do so that the last rotation is whole; null when nothing. */
  readonly to_do: string | null;
}

export interface BackupRewrapView {
  readonly folder: string;
  /** `rewrapped`: it opens with the new generation only. `unreadable`: its keys were destroyed before. */
  readonly result: 'rewrapped' | 'unchanged' | 'unreadable';
  readonly people: number;
  /** People who were erased since it was taken, whose keys are no longer in it. */
  readonly left_out: number;
}

export interface KeyRotationView {
  readonly generation: number;
  readonly id: string;
  /** False when time ran out; asking again goes on. */
  readonly done: boolean;
  /** Whose keys are wrapped with the new generation, and whose are not yet. */
  readonly people: number;
  readonly left: number;
  readonly milliseconds: number;
  readonly backups: readonly BackupRewrapView[];
  readonly to_do: string | null;
}

export interface KeyGenerationServices {
  list(caller: Caller): Promise<KeyGenerationsView>;
  /**
   * Begins a rotation, or goes on with one, for some seconds. `backups` is a folder on the machine of the server with backups whose keys are wrapped
   * anew too. Throws `state_conflict` when a new key must be put into GATEHOUSE_MASTER_KEY first, and `unavailable` while a host lacks the new key.
   */
  rotate(caller: Caller, request: { readonly backups: string | null }): Promise<KeyRotationView>;
}
