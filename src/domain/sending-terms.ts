/**
 * When a tenant may write to people, beyond the sending hours that hold everywhere: hours of single countries, public holidays, and the
 * hours of whoever sends. Gatehouse brings no list of holidays. A list is what the tenant says of one country for some time; of other
 * countries, and of other times, nothing is known.
 */
import { z } from 'zod';

import { channelSchema } from './action-types.ts';
import { countrySchema, isTimeZone } from './entity.ts';
import { DAY_MS } from './instant.ts';

const hours = {
  from: z.int().min(0).max(23),
  to: z.int().min(1).max(24),
  /** 1 Monday to 7 Sunday. */
  days: z.array(z.int().min(1).max(7)).min(1),
};

/** From `from` to `to` o'clock on the listed days, on a clock that is known from elsewhere. */
export const sendingHoursSchema = z.strictObject(hours).refine(({ from, to }) => from < to, 'from must be before to');
export type SendingHours = z.infer<typeof sendingHoursSchema>;

/** A day of the calendar such as `2026-12-25`. */
export const calendarDaySchema = z.iso.date();

/** The day of the calendar that begins `day` days after 1970-01-01. */
export function calendarDayOf(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

const HOLIDAYS_MAX = 2_000;

export const holidayListSchema = z
  .strictObject({
    /** Where the list comes from, such as the name of a file. */
    source: z.string().min(1).max(200),
    /** The first and the last day for which the list is whole. */
    from: calendarDaySchema,
    to: calendarDaySchema,
    /** The name of the holiday by day. */
    days: z.record(calendarDaySchema, z.string().min(1).max(100)),
  })
  .refine(({ from, to }) => from <= to, 'from must not be after to')
  .refine(({ days }) => Object.keys(days).length <= HOLIDAYS_MAX, `at most ${HOLIDAYS_MAX} days`)
  .refine(
    ({ from, to, days }) => Object.keys(days).every((day) => day >= from && day <= to),
    'every day must lie between from and to',
  );
export type HolidayList = z.infer<typeof holidayListSchema>;

export const senderHoursSchema = z
  .strictObject({
    time_zone: z.string().max(64).refine(isTimeZone, 'an IANA time zone such as Europe/Paris'),
    ...hours,
    /** Whose holidays the sender has. */
    country: countrySchema.optional(),
  })
  .refine(({ from, to }) => from < to, 'from must be before to');
export type SenderHours = z.infer<typeof senderHoursSchema>;

export const sendingTermsSchema = z.strictObject({
  /** Sending hours of countries in which they differ, such as those with another weekend. */
  countries: z.partialRecord(countrySchema, sendingHoursSchema).optional(),
  holidays: z
    .strictObject({
      /** What happens to a message on a day for which its country has no list: it is sent as on any day, or held. */
      unlisted: z.enum(['send', 'hold']),
      lists: z.partialRecord(countrySchema, holidayListSchema),
    })
    .optional(),
  /** Working hours of single senders. */
  senders: z.record(z.string().min(1).max(200), senderHoursSchema).optional(),
  /** Working hours of those who send on a channel, unless the sender has some of their own. */
  channels: z.partialRecord(channelSchema, senderHoursSchema).optional(),
});
export type SendingTerms = z.infer<typeof sendingTermsSchema>;

/** Whether the list is whole for a day. */
export function isListed(list: HolidayList | undefined, day: string): boolean {
  return list !== undefined && day >= list.from && day <= list.to;
}
