import { expect, test } from 'vitest';

import { zoneOfCountry } from './single-zone-countries.ts';

test.each(['US', 'CA', 'AU', 'BR', 'RU', 'ES', 'PT', 'MX', 'ID', 'CN', 'CL', 'NZ', 'XX', 'fr', 'constructor'])(
  '%s has several or none',
  (country) => {
    expect(zoneOfCountry(country)).toBeNull();
  },
);

test('Germany and Malaysia keep one clock under two names', () => {
  const pairs = [
    ['Europe/Berlin', 'Europe/Busingen'],
    ['Asia/Kuala_Lumpur', 'Asia/Kuching'],
  ] as const;
  for (const [first, second] of pairs) {
    for (let month = 0; month < 12 * 45; month += 1) {
      const at = Date.UTC(1982, month, 15);
      const wall = (timeZone: string) =>
        new Intl.DateTimeFormat('en-GB', { timeZone, dateStyle: 'short', timeStyle: 'long' }).format(at);
      expect(wall(second).slice(0, 17)).toBe(wall(first).slice(0, 17));
    }
  }
});
