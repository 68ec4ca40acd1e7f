/** How a gap is filled for many contacts at once. */
import type { Gap } from '../domain/readiness.ts';
import { GATE_REASONS } from '../domain/reason-codes.ts';
import type { GateReason } from '../domain/reason-codes.ts';

const FIXES: Readonly<Partial<Record<GateReason, string>>> = {
  consent_unknown:
    'Map a column to `contact.consent.basis` in an import, or send `consent` with PUT /v1/contacts/{id}. Where the policy asks for a record per purpose: gatehouse basis record contact/ID.',
  jurisdiction_unknown: 'Map a column to `contact.country` in an import, or send `country` with PUT /v1/contacts/{id}.',
  time_zone_unknown:
    'Map a column to `contact.time_zone` in an import, or to `contact.country` where its time zones are not far apart; or send either with PUT /v1/contacts/{id}.',
  holidays_unknown:
    'Import a list of public holidays for each country: gatehouse holidays import FILE --country XX --years YYYY.',
  relation_unknown:
    'Map columns to `account.relations.customer` and the other relations in an import, or send all `relations` with PUT /v1/accounts/{id}.',
  scope_unlinked: 'Move each to its account: gatehouse identity move ID --account ID --reason TEXT.',
  sync_stale:
    'Let the connector run and report each source that gatehouse sync list calls too old: gatehouse sync report SOURCE.',
};

const FIXES_OF_FACTS: Readonly<Record<string, string>> = {
  abm_active: 'Map a column to `account.abm_active` in an import, or send `abm_active` with PUT /v1/accounts/{id}.',
};

/** The remedy of the catalogue where nothing fills many at once. */
export function bulkFixOf({ reason, fact }: Gap): string {
  return (fact === null ? undefined : FIXES_OF_FACTS[fact]) ?? FIXES[reason] ?? GATE_REASONS[reason].remedy;
}
