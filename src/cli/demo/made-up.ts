/** Facts of made-up companies and people that the scenarios share. */
import type { AccountFacts, ContactFacts } from '../../domain/entity.ts';
import { NO_RELATIONS } from '../../domain/entity.ts';

/** A company of the first tier, of which everything is known that the gate asks. */
export const FITTING: AccountFacts = {
  employees: 420,
  vertical: 'SaaS',
  annual_revenue_minor: 6_300_000_000,
  tech_fit: 90,
  growth_percent: 45,
  intent_score: 80,
  country: 'DE',
  relations: NO_RELATIONS,
  abm_active: false,
};

/** Somebody who may be written to. */
export const REACHABLE: ContactFacts = {
  time_zone: 'Europe/Berlin',
  country: 'DE',
  consent: { basis: 'legitimate_interest', source: 'demo' },
};
