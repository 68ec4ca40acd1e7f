/** Suppressions for the gateway and the command line. */
import { randomUUID } from 'node:crypto';

import type { Directory } from '../actors/intake/directory.port.ts';
import type { TenantCommands } from '../actors/tenant-commands.ts';
import { contactFactsSchema, domainNameSchema } from '../domain/entity.ts';
import { GatehouseError } from '../domain/errors.ts';
import type { Suppressed, SuppressionServices } from '../gateway/suppression.port.ts';
import type { SuppressionsReader } from '../memory/read/suppressions-reader.ts';

export interface SuppressionParts {
  readonly commands: TenantCommands;
  readonly directory: Directory;
  readonly suppressionsReader: SuppressionsReader;
}

/** What a person asked for under their own rights; no admin takes that back. */
const OF_THE_PERSON = 'subject';

/**
 * Only a hash of an address or domain is kept, so a slip could not be seen afterwards: it would be told as held and never meet anybody.
 */
function refuseUnmatchable({ scope, value }: Suppressed): void {
  if (scope !== 'email' && scope !== 'domain') return;
  const schema = scope === 'email' ? contactFactsSchema.shape.email : domainNameSchema;
  if (schema.safeParse(value.toLowerCase()).success) return;
  const what = scope === 'email' ? 'an address such as maria@acme.com' : 'a domain such as acme.com';
  throw new GatehouseError('invalid_request', `${JSON.stringify(value)} is not ${what}: nobody could be meant by it.`, {
    faults: [{ pointer: '/value', detail: `must be ${what}` }],
  });
}

export function createSuppressionServices({
  commands,
  directory,
  suppressionsReader: reader,
}: SuppressionParts): SuppressionServices {
  return {
    async add(caller, { scope, value, reason, source }) {
      refuseUnmatchable({ scope, value });
      const key = await directory.suppressionKey(caller.tenant, scope, value);
      const by = caller.identity;
      await commands.record(caller.tenant, randomUUID(), 'suppression.added', { key, scope, reason, source, by });
      return { key };
    },
    list: (caller, query) => reader.list(caller.tenant, query),
    async remove(caller, { scope, value, reason }) {
      const key = await directory.suppressionKey(caller.tenant, scope, value);
      const standing = await reader.sources(caller.tenant, key);
      const newest = standing.at(-1);
      if (newest === undefined)
        throw new GatehouseError(
          'not_found',
          `Nothing suppresses this ${scope}. gatehouse suppression list shows those in force.`,
        );
      if (standing.some(({ source }) => source === OF_THE_PERSON))
        throw new GatehouseError(
          'state_conflict',
          'The person objected or was erased. That suppression ends only when they give a new consent themselves.',
        );
      // Removed twice at the same moment it is removed once: the registry counts what is in force, and the gate asks for nothing where that is none.
      await commands.record(caller.tenant, `unsuppress:${key}:${newest.since}`, 'suppression.removed', {
        key,
        by: caller.identity,
        reason,
      });
      return { key };
    },
  };
}
