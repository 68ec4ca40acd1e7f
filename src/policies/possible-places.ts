/**
 * Where a recipient may be, by what is known of them: one place, the zones of a country, or everywhere. A message is sent at a time that is
 * right in every possible place, so knowing less can only put it off.
 */
import type { GuardState } from '../domain/guard.ts';
import type { Instant } from '../domain/instant.ts';
import type { Policy } from '../domain/policy.ts';
import { calendarDayOf, isListed } from '../domain/sending-terms.ts';
import type { HolidayList, SenderHours } from '../domain/sending-terms.ts';
import { allCountries, allZones, countriesOfZone, zonesOfCountry } from './country-zones.ts';
import { wallClockOf } from './sending-window.ts';
import type { SendingWindow } from './sending-window.ts';
import { zoneOffsetMs } from './zone-offset.ts';

export type SendingPolicy = Pick<Policy, 'sending_hours' | 'sending'>;

/** The hours of a place, with the list of holidays that they come from. */
export interface PlaceWindow extends SendingWindow {
  /** Null when the country has no list, or is not known and any country without a list is possible. */
  readonly list: { readonly country: string; readonly days: HolidayList } | null;
}

/** The window of one country on the clock of one zone; null for countries of which the policy says nothing. */
function windowIn(zone: string, country: string | null, policy: SendingPolicy): PlaceWindow {
  const { sending_hours: usual, sending } = policy;
  const hours = (country === null ? undefined : sending?.countries?.[country]) ?? usual;
  const days = country === null ? undefined : sending?.holidays?.lists[country];
  return country === null || days === undefined
    ? { zone, hours, list: null }
    : { zone, hours: { ...hours, holidays: days.days }, list: { country, days } };
}

/** The countries that the policy speaks of; the others are all alike. */
function countriesWithTerms({ sending }: SendingPolicy): ReadonlySet<string> {
  return new Set([...Object.keys(sending?.countries ?? {}), ...Object.keys(sending?.holidays?.lists ?? {})]);
}

function windowsIn(
  zone: string,
  countries: readonly string[],
  known: ReadonlySet<string>,
  policy: SendingPolicy,
): readonly PlaceWindow[] {
  if (known.size === 0) return [windowIn(zone, null, policy)];
  const named = countries.filter((country) => known.has(country));
  return [...named, ...(named.length < countries.length || countries.length === 0 ? [null] : [])].map((country) =>
    windowIn(zone, country, policy),
  );
}

/**
 * The windows of all places in which a contact may be. A recorded zone is believed, and a recorded country for its holidays. A zone without
 * a country may be in each country that has it; a zone that no country has, such as `UTC`, in any. None when the country is none.
 */
export function possibleWindows(
  contact: Pick<GuardState, 'country' | 'time_zone'>,
  policy: SendingPolicy,
): readonly PlaceWindow[] {
  const { country, time_zone: zone } = contact;
  if (zone !== undefined) {
    if (country !== undefined) return [windowIn(zone, country, policy)];
    const countries = countriesOfZone(zone);
    return windowsIn(zone, countries.length === 0 ? allCountries() : countries, countriesWithTerms(policy), policy);
  }
  if (country !== undefined) return zonesOfCountry(country).map((one) => windowIn(one, country, policy));
  const known = countriesWithTerms(policy);
  return allZones().flatMap((one) => windowsIn(one, countriesOfZone(one), known, policy));
}

/** The window of who sends; null when nothing is set for the sender or the channel. */
export function senderWindow(
  { sender, channel }: { readonly sender: string; readonly channel: SenderChannel },
  { sending }: SendingPolicy,
): SendingWindow | null {
  const set: SenderHours | undefined = sending?.senders?.[sender] ?? sending?.channels?.[channel];
  if (set === undefined) return null;
  const { time_zone: zone, country, ...hours } = set;
  const holidays = country === undefined ? undefined : sending?.holidays?.lists[country]?.days;
  return { zone, hours: holidays === undefined ? hours : { ...hours, holidays } };
}
type SenderChannel = keyof NonNullable<NonNullable<Policy['sending']>['channels']>;

/** The day of the calendar in a zone at a moment; null when there is no such zone. */
export function dayIn(zone: string, at: Instant): string | null {
  const offset = zoneOffsetMs(zone, at);
  return offset === null ? null : calendarDayOf(wallClockOf(at + offset).day);
}

/** The first place for whose day at a moment no list of holidays is whole. */
export function unlistedAt(windows: readonly PlaceWindow[], at: Instant): PlaceWindow | undefined {
  return windows.find(({ zone, list }) => {
    const day = dayIn(zone, at);
    return day === null || !isListed(list?.days, day);
  });
}
