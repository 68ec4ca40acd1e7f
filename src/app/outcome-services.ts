/** Outcomes for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Directory } from '../actors/intake/directory.port.ts';
import type { OutcomeCommands, OutcomeSubject } from '../actors/outcome-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Caller } from '../gateway/caller.port.ts';
import type { OutcomeServices, OutcomeView } from '../gateway/outcome-services.port.ts';
import type { OutcomeReader } from '../memory/read/outcome-reader.ts';

export interface OutcomeParts {
  readonly directory: Directory;
  readonly outcomeCommands: OutcomeCommands;
  readonly outcomes: OutcomeReader;
  readonly refuseIntake: () => void;
}

export function createOutcomeServices({
  directory,
  outcomeCommands,
  outcomes,
  refuseIntake,
}: OutcomeParts): OutcomeServices {
  async function outcomeOf(caller: Caller, id: string): Promise<OutcomeView> {
    const found = await outcomes.find(caller.tenant, id);
    if (found === null)
      throw new GatehouseError('not_found', `There is no outcome ${id}. The list of outcomes names them.`);
    return found;
  }

  async function revisable(caller: Caller, id: string): Promise<OutcomeSubject> {
    const outcome = await outcomeOf(caller, id);
    if (outcome.link.status === 'retracted')
      throw new GatehouseError(
        'state_conflict',
        `The outcome ${id} was retracted already. Send it again under a new id.`,
      );
    const subject = await outcomes.subjectOf(caller.tenant, outcome);
    if (subject === null)
      throw new GatehouseError(
        'state_conflict',
        `The outcome ${id} can no longer be changed: newer ones have taken its place, its subject was erased, or an earlier version recorded it.`,
      );
    return subject;
  }

  async function entity(caller: Caller, kind: 'account' | 'contact', externalId: string): Promise<string> {
    const found = await directory.find(caller.tenant, kind, externalId);
    if (found === null) throw new GatehouseError('not_found', `There is no ${kind} ${externalId}.`);
    return found.id;
  }

  return {
    async listOutcomes(caller, { account, contact, decision, action, status, ...page }) {
      const subject =
        contact !== undefined
          ? await entity(caller, 'contact', contact)
          : account !== undefined
            ? await entity(caller, 'account', account)
            : null;
      const query = { ...page, decision: decision ?? null, action: action ?? null, status: status ?? null, subject };
      return outcomes.list(caller.tenant, query);
    },
    getOutcome: outcomeOf,
    async correctOutcome(caller, id, { reason, type, ...rest }) {
      refuseIntake();
      const changes = { ...rest, ...(type === undefined ? {} : { outcome_type: type }) };
      if (Object.values(changes).every((value) => value === undefined))
        throw new GatehouseError('invalid_request', 'Say what is right: its type, time, amount or decision.');
      const subject = await revisable(caller, id);
      const data = { outcome: id, changes, by: caller.identity, reason };
      await outcomeCommands.record(caller.tenant, randomUUID(), subject, { type: 'outcome.corrected', data });
      return outcomeOf(caller, id);
    },
    async retractOutcome(caller, id, reason) {
      refuseIntake();
      const subject = await revisable(caller, id);
      const data = { outcome: id, by: caller.identity, reason };
      await outcomeCommands.record(caller.tenant, randomUUID(), subject, { type: 'outcome.retracted', data });
      return outcomeOf(caller, id);
    },
  };
}
