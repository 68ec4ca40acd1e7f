/**
 * Rounds what the engine says to hundredths, once, where a figure is made. Everything after works with the rounded figure, so a
 * person who adds up the stored points gets the stored score, and a threshold is compared with the number that is shown.
 */
export function hundredths(value: number): number {
  return Math.round(value * 100) / 100;
}
