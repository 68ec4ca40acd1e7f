/** How a gap is filled, and a refusal taken back, for many contacts at once. */
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

/** Of what forbids a message: how to take it back for many at once where it is wrong. */
const FIXES_OF_REFUSALS: Readonly<Partial<Record<GateReason, string>>> = {
  suppressed:
    'None, unless the list is wrong: gatehouse suppression list says why each is on it, and gatehouse suppression remove takes one off.',
  consent_denied:
    'Map a column to `contact.consent.basis` in an import where a basis was recorded since, or let the policy name the bases that allow the class of message: `consent`.',
  do_not_prospect:
    'Where an account is no longer one, map columns to `account.relations.customer` and the other relations in an import, or send all `relations` with PUT /v1/accounts/{id}.',
  address_bounced: 'Correct the addresses, then for each: gatehouse bounce clear contact/ID --reason TEXT.',
  abm_backstop: 'Use the ABM play, or map a column to `account.abm_active` in an import where the program has ended.',
};

const FIXES_OF_FACTS: Readonly<Record<string, string>> = {
  abm_active: 'Map a column to `account.abm_active` in an import, or send `abm_active` with PUT /v1/accounts/{id}.',
};

/** How a refusal is taken back; the remedy of the catalogue where nothing takes back many at once. */
export function bulkFixOfRefusal(reason: GateReason): string {
  return FIXES_OF_REFUSALS[reason] ?? GATE_REASONS[reason].remedy;
}

/** The remedy of the catalogue where nothing fills many at once. */
export function bulkFixOf({ reason, fact }: Gap): string {
  return (fact === null ? undefined : FIXES_OF_FACTS[fact]) ?? FIXES[reason] ?? GATE_REASONS[reason].remedy;
}
