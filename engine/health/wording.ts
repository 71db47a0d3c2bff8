/** Figures in words, for sentences that health writes; screens format their own numbers. */

/** "0.8 s", "43 s", "12 min", "2 h 5 min", "3 d 4 h". */
export function durationWords(elapsedMs: number): string {
  const seconds = Math.max(0, elapsedMs) / 1_000;
  if (seconds < 9.95) return `${trimmed(seconds)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 90) return `${minutes} min`;
  if (minutes < 36 * 60) return pair(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
  return pair(Math.floor(minutes / 1_440), 'd', Math.floor((minutes % 1_440) / 60), 'h');
}

/** "256 MB"; binary multiples with the names that Redis's own documentation gives them. */
export function bytesWords(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024;
    unit += 1;
  }
  return `${value >= 9.95 || unit === 0 ? Math.round(value) : trimmed(value)} ${units[unit]}`;
}

/** "97.4 %" */
export function percentWords(ratio: number): string {
  return `${trimmed(ratio * 100)} %`;
}

/** "12,408" */
export function countWords(count: number): string {
  return Math.round(count).toLocaleString('en-US');
}

/** "1 job", "3 jobs" */
export function plural(count: number, noun: string): string {
  return `${countWords(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** "1.8 ms", "43 ms", "2.1 s" */
export function latencyWords(elapsedMs: number): string {
  if (elapsedMs >= 1_000) return durationWords(elapsedMs);
  return `${elapsedMs >= 9.95 ? Math.round(elapsedMs) : trimmed(elapsedMs)} ms`;
}

/** "3.1 jobs/s"; null stays null. */
export function rateWords(perSecond: number | null, noun: string): string | null {
  return perSecond === null ? null : `${perSecond >= 9.95 ? countWords(perSecond) : trimmed(perSecond)} ${noun}/s`;
}

function trimmed(value: number): string {
  return value.toFixed(1).replace(/\.0$/, '');
}

function pair(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${big} ${bigUnit}` : `${big} ${bigUnit} ${small} ${smallUnit}`;
}
