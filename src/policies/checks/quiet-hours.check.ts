/**
 * Nobody is touched at night, on a day off or on a public holiday, by the recipient's own clock, and nobody sends outside their own hours. The
 * message is put off to the next hour that suits both, never dropped. Where the clock of the recipient is not known, the hour has to be
 * right on every clock that it may be.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { GuardState } from '../../domain/guard.ts';
import { DAY_MS, MINUTE_MS } from '../../domain/instant.ts';
import type { Instant } from '../../domain/instant.ts';
import type { SendingHours } from '../../domain/sending-terms.ts';
import { roughlyWords } from '../duration-words.ts';
import { held, missing, passed, scheduled } from '../gate-check.ts';
import type { CheckInputs } from '../gate-check.ts';
import { dayIn, possibleWindows, senderWindow, unlistedAt } from '../possible-places.ts';
import type { PlaceWindow, SendingPolicy } from '../possible-places.ts';
import { isPromotion, specOf } from '../reach.ts';
import { firstCommonTime, wallClockOf } from '../sending-window.ts';
import type { SendingWindow } from '../sending-window.ts';
import { zoneOffsetMs } from '../zone-offset.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** Holidays and a weekend may close one place for so long. */
const KNOWN_PLACE_MS = 15 * DAY_MS;
/** Clocks that do not agree for a week are too far apart. */
const POSSIBLE_PLACES_MS = 7 * DAY_MS;

function hourWords(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

function windowWords({ from, to }: SendingHours): string {
  return `${hourWords(from)} to ${hourWords(to)}`;
}

/** What is shown of a request: the clock where there is one, or how many there may be. */
interface Situation {
  /** Such as `Friday 11:00 in Europe/Paris`. */
  readonly now: string;
  /** Such as `08:00 to 18:00`. */
  readonly window: string;
  readonly inputs: CheckInputs;
}

function inOnePlace({ zone, hours, list }: PlaceWindow, at: Instant): Situation {
  const { weekday, msOfDay } = wallClockOf(at + (zoneOffsetMs(zone, at) ?? 0));
  const minute = Math.floor(msOfDay / MINUTE_MS);
  const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const holiday = hours.holidays?.[dayIn(zone, at) ?? ''];
  return {
    now: `${WEEKDAYS[weekday - 1] ?? ''} ${clock} in ${zone}${holiday === undefined ? '' : `, ${holiday} in ${list?.country ?? ''},`}`,
    window: windowWords(hours),
    inputs: {
      zone,
      weekday,
      minute_of_day: minute,
      from_hour: hours.from,
      to_hour: hours.to,
      ...(list === null ? {} : { holidays_of: list.country, holiday: holiday ?? null }),
    },
  };
}

function inManyPlaces(contact: GuardState, windows: readonly PlaceWindow[], usual: SendingHours): Situation {
  const zones = new Set(windows.map(({ zone }) => zone)).size;
  const country = contact.country ?? null;
  const where = country === null ? '' : ` of ${country}`;
  return {
    now:
      contact.time_zone === undefined ? `now in ${zones} possible time zones${where}` : `now in ${contact.time_zone}`,
    window: windowWords(usual),
    inputs: {
      zone: contact.time_zone ?? null,
      country,
      possible_zones: zones,
      possible_places: windows.length,
      from_hour: usual.from,
      to_hour: usual.to,
    },
  };
}

function senderWords({ zone, hours }: SendingWindow): string {
  return `${windowWords(hours)} of the sender in ${zone}`;
}

function senderInputs({ zone, hours }: SendingWindow): CheckInputs {
  return { sender_zone: zone, sender_from_hour: hours.from, sender_to_hour: hours.to };
}

/**
 * Puts a touch off to the next hour that is a sending hour in every place in which the recipient may be, and a working hour of the sender
 * where these are set. Holds when there is no such hour: within a week where several places are possible, within two where it is one;
 * and on days for which the country has no list of holidays, where the policy wants one.
 *
 * Source: Gatehouse architecture, section 5; days and hours are counted in the zones of the IANA time zone database.
 */
export function quietHoursCheck(
  request: Pick<GateRequest, 'action_type' | 'at' | 'channel' | 'person' | 'sender'>,
  facts: Pick<GateFacts, 'contact'>,
  policy: SendingPolicy,
): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('quiet_hours', 'not applicable: nobody is touched');
  if (!isPromotion(spec)) return passed('quiet_hours', `not applicable: a ${spec.messageClass} message`);
  if (request.person === null) return missing('quiet_hours', 'person');
  const { contact } = facts;
  if (contact === undefined) return missing('quiet_hours', 'contact');
  const windows = possibleWindows(contact, policy);
  const [first] = windows;
  if (first === undefined || zoneOffsetMs(first.zone, request.at) === null)
    return held('quiet_hours', {
      code: 'time_zone_unknown',
      comparison:
        contact.time_zone === undefined
          ? `there is no country ${contact.country ?? ''}`
          : `there is no time zone ${contact.time_zone}`,
      inputs: { zone: contact.time_zone ?? null, country: contact.country ?? null },
    });
  const isOnePlace = windows.length === 1;
  const {
    now,
    window,
    inputs: placeInputs,
  } = isOnePlace ? inOnePlace(first, request.at) : inManyPlaces(contact, windows, policy.sending_hours);
  const sender = senderWindow(request, policy);
  const inputs = sender === null ? placeInputs : { ...placeInputs, ...senderInputs(sender) };

  const searchMs = isOnePlace ? KNOWN_PLACE_MS : POSSIBLE_PLACES_MS;
  const placesAt = firstCommonTime(windows, request.at, searchMs);
  if (placesAt === null)
    return held('quiet_hours', {
      code: isOnePlace ? 'quiet_hours' : 'time_zone_unknown',
      comparison: isOnePlace
        ? `no hour from ${window} in ${first.zone} within two weeks`
        : `${now}: no hour from ${window} is one in all of them within a week`,
      inputs,
    });
  const nextAt = sender === null ? placesAt : firstCommonTime([...windows, sender], request.at, searchMs);
  if (nextAt === null)
    return held('quiet_hours', {
      code: 'sender_hours_apart',
      comparison: `no hour from ${window} of the recipient is one from ${sender === null ? '' : senderWords(sender)}`,
      inputs,
    });
  const unlisted = policy.sending?.holidays?.unlisted === 'hold' ? unlistedAt(windows, nextAt) : undefined;
  if (unlisted !== undefined)
    return held('quiet_hours', {
      code: 'holidays_unknown',
      comparison: `the public holidays of ${unlisted.list?.country ?? contact.country ?? 'the country'} are not known for the day`,
      inputs: { ...inputs, holidays_of: unlisted.list?.country ?? contact.country ?? null },
    });
  const both = sender === null ? window : `${window} and ${senderWords(sender)}`;
  if (nextAt === request.at) return passed('quiet_hours', `${now} is within ${both}`, inputs);
  const opensIn = nextAt - request.at;
  return scheduled(
    'quiet_hours',
    {
      code: 'quiet_hours',
      comparison: `${now} is outside ${both}, which begins in ${roughlyWords(opensIn)}`,
      inputs: { ...inputs, opens_in_ms: opensIn },
    },
    nextAt,
  );
}
