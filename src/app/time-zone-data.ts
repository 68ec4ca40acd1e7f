/** Which edition of the time zone database the runtime has, such as `2026c`. Verdicts about sending hours record it. */

export const TIME_ZONE_DATA = process.versions['tz'] ?? 'unknown';
