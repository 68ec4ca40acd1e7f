/** All machines by the kind of actor that they drive. */
import type { ActorKind } from '../domain/event-types.ts';
import { accountDefinition } from './account/account.machine.ts';
import { actionDefinition } from './action/action.machine.ts';
import type { MachineDefinition, MachineRunner } from './definition.ts';
import { createRunner } from './definition.ts';
import { leadDefinition } from './lead/lead.machine.ts';
import { playDefinition } from './play/play.machine.ts';
import { sequenceDefinition } from './sequence/sequence.machine.ts';
import { tenantDefinition } from './tenant/tenant.machine.ts';
import { trustDefinition } from './trust/trust.machine.ts';

export const MACHINES: Readonly<Record<ActorKind, MachineDefinition>> = {
  tenant: tenantDefinition,
  account: accountDefinition,
  lead: leadDefinition,
  action: actionDefinition,
  trust: trustDefinition,
  play: playDefinition,
  sequence: sequenceDefinition,
};

/** Raised when what is kept beside the states changes, such as notes, timelines, examples and guards, which an older program would not keep. */
const MEMORY_VERSION = 5;

/** Rises whenever any machine gets a new version, a kind of actor is added, or memory changes. A host leaves alone what a newer generation has written. */
export const MACHINE_GENERATION = Object.values(MACHINES).reduce(
  (sum, machine) => sum + machine.version,
  MEMORY_VERSION,
);

export type Runners = Readonly<Record<ActorKind, MachineRunner>>;

export function createRunners(): Runners {
  return {
    tenant: createRunner(tenantDefinition),
    account: createRunner(accountDefinition),
    lead: createRunner(leadDefinition),
    action: createRunner(actionDefinition),
    trust: createRunner(trustDefinition),
    play: createRunner(playDefinition),
    sequence: createRunner(sequenceDefinition),
  };
}
