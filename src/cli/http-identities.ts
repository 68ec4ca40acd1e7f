/** The identities of a running server, over its REST interface. */
import type { IdentityServices } from '../gateway/identity.port.ts';

type Call = <Result>(method: string, path: string, body?: unknown) => Promise<Result>;

function queryOf(values: Readonly<Record<string, string | null>>): string {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== null);
  return given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
}

const withoutNull = (input: { readonly [name: string]: unknown }, ...kept: readonly string[]) =>
  Object.fromEntries(Object.entries(input).filter(([name, value]) => value !== null || kept.includes(name)));

export function httpIdentities(call: Call): IdentityServices {
  const part = encodeURIComponent;
  const page = ({ limit, cursor }: { readonly limit: number; readonly cursor: string | null }) => ({
    limit: String(limit),
    cursor,
  });
  return {
    mergeInto: (_caller, kind, id, input) => call('POST', `/v1/${kind}s/${part(id)}/merge`, withoutNull({ ...input })),
    moveContact: (_caller, id, input) =>
      call('POST', `/v1/contacts/${part(id)}/move`, withoutNull({ ...input }, 'account')),
    reverseAct: (_caller, id, input) =>
      call('POST', `/v1/identity/acts/${part(id)}/reverse`, withoutNull({ ...input })),
    listIdentityActs: (_caller, query) => call('GET', `/v1/identity/acts${queryOf(page(query))}`),
    listAliases: async (_caller, kind, id) =>
      (
        await call<{ readonly items: Awaited<ReturnType<IdentityServices['listAliases']>> }>(
          'GET',
          `/v1/${kind}s/${part(id)}/aliases`,
        )
      ).items,
    addAlias: (_caller, kind, id, input) => call('POST', `/v1/${kind}s/${part(id)}/aliases`, withoutNull({ ...input })),
    removeAlias: (_caller, kind, id, alias, reason) =>
      call('DELETE', `/v1/${kind}s/${part(id)}/aliases/${part(alias)}${queryOf({ reason })}`),
    findByName: (_caller, entity, { kind, system, value }) =>
      call('GET', `/v1/identity/find${queryOf({ entity, kind, system, value })}`),
    listSuggestions: (_caller, kind, query) =>
      call('GET', `/v1/identity/suggestions${queryOf({ kind, ...page(query) })}`),
    dismissSuggestion: (_caller, kind, input) => call('POST', '/v1/identity/suggestions/dismiss', { kind, ...input }),
  };
}
