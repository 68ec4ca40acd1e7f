/**
 * Nobody is touched at night or on a day off, by the recipient's own clock. The message is put off to the next sending hour, never
 * dropped. Where the clock of the recipient is not known, nothing is guessed.
 */
import type { CheckResult, GateFacts, GateRequest } from '../../domain/gate.ts';
import type { GuardState } from '../../domain/guard.ts';
import { MINUTE_MS } from '../../domain/instant.ts';
import type { Policy } from '../../domain/policy.ts';
import { roughlyWords } from '../duration-words.ts';
import { held, missing, passed, scheduled } from '../gate-check.ts';
import { isPromotion, specOf } from '../reach.ts';
import { nextSendingTime, wallClockOf } from '../sending-window.ts';
import { zoneOfCountry } from '../single-zone-countries.ts';
import { zoneOffsetMs } from '../zone-offset.ts';

const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;

/** The zone that is recorded, or the only one of the country. */
function zoneOf(contact: GuardState): string | null {
  if (contact.time_zone !== undefined) return contact.time_zone;
  return contact.country === undefined ? null : zoneOfCountry(contact.country);
}

function hourWords(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}

/**
 * Puts a touch off to the next sending hour of the recipient. Holds when the zone is not known, or has no such hour in two weeks.
 *
 * Source: Gatehouse architecture, section 5; days and hours are counted in the zones of the IANA time zone database.
 */
export function quietHoursCheck(
  request: GateRequest,
  facts: GateFacts,
  policy: Pick<Policy, 'sending_hours'>,
): CheckResult {
  const spec = specOf(request);
  if (!spec.touch) return passed('quiet_hours', 'not applicable: nobody is touched');
  if (!isPromotion(spec)) return passed('quiet_hours', `not applicable: a ${spec.messageClass} message`);
  if (request.person === null) return missing('quiet_hours', 'person');
  if (facts.contact === undefined) return missing('quiet_hours', 'contact');
  const zone = zoneOf(facts.contact);
  const offset = zone === null ? null : zoneOffsetMs(zone, request.at);
  if (zone === null || offset === null) {
    return held('quiet_hours', {
      code: 'time_zone_unknown',
      comparison: zone === null ? 'the time zone is not known' : `there is no time zone ${zone}`,
      inputs: { zone, country: facts.contact.country ?? null },
    });
  }
  const hours = policy.sending_hours;
  const { weekday, msOfDay } = wallClockOf(request.at + offset);
  const day = WEEKDAYS[weekday - 1] ?? '';
  const minute = Math.floor(msOfDay / MINUTE_MS);
  const clock = `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  const window = `${hourWords(hours.from)} to ${hourWords(hours.to)}`;
  const inputs = { zone, weekday, minute_of_day: minute, from_hour: hours.from, to_hour: hours.to };

  const nextAt = nextSendingTime(hours, zone, request.at);
  if (nextAt === request.at) return passed('quiet_hours', `${day} ${clock} in ${zone} is within ${window}`, inputs);
  if (nextAt === null) {
    return held('quiet_hours', {
      code: 'quiet_hours',
      comparison: `no hour from ${window} in ${zone} within two weeks`,
      inputs,
    });
  }
  const opensIn = nextAt - request.at;
  return scheduled(
    'quiet_hours',
    {
      code: 'quiet_hours',
      comparison: `${day} ${clock} in ${zone} is outside ${window}, which begins in ${roughlyWords(opensIn)}`,
      inputs: { ...inputs, opens_in_ms: opensIn },
    },
    nextAt,
  );
}
