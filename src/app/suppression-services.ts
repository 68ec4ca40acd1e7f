/** Suppressions for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Directory } from '../actors/intake/directory.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { SuppressionServices } from '../gateway/suppression.port.ts';
import type { SuppressionsReader } from '../memory/read/suppressions-reader.ts';

export interface SuppressionParts {
  readonly commands: TenantCommands;
  readonly directory: Directory;
  readonly suppressionsReader: SuppressionsReader;
}

/** What a person asked for under their own rights; no admin takes that back. */
const OF_THE_PERSON = 'subject';

export function createSuppressionServices({
  commands,
  directory,
  suppressionsReader: reader,
}: SuppressionParts): SuppressionServices {
  return {
    async add(caller, { scope, value, reason, source }) {
      const key = await directory.suppressionKey(caller.tenant, scope, value);
      const by = caller.identity;
      await commands.record(caller.tenant, randomUUID(), 'suppression.added', { key, scope, reason, source, by });
      return { key };
    },
    list: (caller, query) => reader.list(caller.tenant, query),
    async remove(caller, { scope, value, reason }) {
      const key = await directory.suppressionKey(caller.tenant, scope, value);
      const standing = await reader.sources(caller.tenant, key);
      if (standing.length === 0)
        throw new GatehouseError(
          'not_found',
          `Nothing suppresses this ${scope}. gatehouse suppression list shows those in force.`,
        );
      if (standing.some(({ source }) => source === OF_THE_PERSON))
        throw new GatehouseError(
          'state_conflict',
          'The person objected or was erased. That suppression ends only when they give a new consent themselves.',
        );
      // The registry counts them: two people who remove the same one at the same moment remove one.
      const latest = Math.max(...standing.map(({ version }) => version));
      const id = `${key}:${latest}:removed`;
      await commands.record(caller.tenant, id, 'suppression.removed', { key, by: caller.identity, reason });
      return { key };
    },
  };
}
