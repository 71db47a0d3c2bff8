/** Months as numbers counted from year 0, so that they can be added to and compared. */

/** @param day ISO date or longer. */
export function monthOf(day: string): number {
  return Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1;
}

/** `2026-03`. */
export function monthText(month: number): string {
  return `${String(Math.floor(month / 12)).padStart(4, '0')}-${String((month % 12) + 1).padStart(2, '0')}`;
}

/** The `count` months that end with `last`, oldest first. */
export function monthsUntil(last: number, count: number): number[] {
  return Array.from({ length: count }, (_month, index) => last - count + 1 + index);
}
