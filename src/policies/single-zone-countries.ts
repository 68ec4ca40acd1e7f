/**
 * The time zone of countries whose people all keep the same clock, as the gate knew them up to its version 3, which held for every other
 * country. Today's gate knows the zones of all countries (`country-zones.ts`); this list is kept so that old verdicts can be reached again.
 *
 * Source: IANA time zone database, zone.tab: countries with one zone. Germany and Malaysia have two names there that have kept the
 * same clock since 1982 or before, so they are listed too.
 */
const ZONES: ReadonlyMap<string, string> = new Map([
  ['AE', 'Asia/Dubai'],
  ['AT', 'Europe/Vienna'],
  ['BD', 'Asia/Dhaka'],
  ['BE', 'Europe/Brussels'],
  ['BG', 'Europe/Sofia'],
  ['CH', 'Europe/Zurich'],
  ['CO', 'America/Bogota'],
  ['CZ', 'Europe/Prague'],
  ['DE', 'Europe/Berlin'],
  ['DK', 'Europe/Copenhagen'],
  ['EE', 'Europe/Tallinn'],
  ['EG', 'Africa/Cairo'],
  ['FI', 'Europe/Helsinki'],
  ['FR', 'Europe/Paris'],
  ['GB', 'Europe/London'],
  ['GR', 'Europe/Athens'],
  ['HK', 'Asia/Hong_Kong'],
  ['HR', 'Europe/Zagreb'],
  ['HU', 'Europe/Budapest'],
  ['IE', 'Europe/Dublin'],
  ['IL', 'Asia/Jerusalem'],
  ['IN', 'Asia/Kolkata'],
  ['IS', 'Atlantic/Reykjavik'],
  ['IT', 'Europe/Rome'],
  ['JP', 'Asia/Tokyo'],
  ['KE', 'Africa/Nairobi'],
  ['KR', 'Asia/Seoul'],
  ['LT', 'Europe/Vilnius'],
  ['LU', 'Europe/Luxembourg'],
  ['LV', 'Europe/Riga'],
  ['MA', 'Africa/Casablanca'],
  ['MT', 'Europe/Malta'],
  ['MY', 'Asia/Kuala_Lumpur'],
  ['NG', 'Africa/Lagos'],
  ['NL', 'Europe/Amsterdam'],
  ['NO', 'Europe/Oslo'],
  ['PE', 'America/Lima'],
  ['PH', 'Asia/Manila'],
  ['PK', 'Asia/Karachi'],
  ['PL', 'Europe/Warsaw'],
  ['QA', 'Asia/Qatar'],
  ['RO', 'Europe/Bucharest'],
  ['RS', 'Europe/Belgrade'],
  ['SA', 'Asia/Riyadh'],
  ['SE', 'Europe/Stockholm'],
  ['SG', 'Asia/Singapore'],
  ['SI', 'Europe/Ljubljana'],
  ['SK', 'Europe/Bratislava'],
  ['TH', 'Asia/Bangkok'],
  ['TR', 'Europe/Istanbul'],
  ['TW', 'Asia/Taipei'],
  ['VN', 'Asia/Ho_Chi_Minh'],
  ['ZA', 'Africa/Johannesburg'],
]);

/** The IANA zone of an ISO 3166-1 alpha-2 country, or null when the country is not listed. */
export function zoneOfCountry(country: string): string | null {
  return ZONES.get(country) ?? null;
}
