/** The "today" that KPIs are asked for. */

/** The local calendar date at `atMs`, ISO. */
export function localDate(atMs: number): string {
  const date = new Date(atMs);
  const month = String(date.getMonth() + 1).padStart(2, '0');
  const day = String(date.getDate()).padStart(2, '0');
  return `${date.getFullYear()}-${month}-${day}`;
}
