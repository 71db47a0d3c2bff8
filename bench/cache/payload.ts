/** Payloads as sections have them: figures with trends and rows, of about the size asked for. */

export interface Payload {
  readonly section: string;
  readonly figures: Readonly<Record<string, { value: number; unit: string; target: number | null; trend: number[] }>>;
  readonly rows: readonly (readonly (string | number | null)[])[];
}

const months = 12;

export function payloadOf(bytes: number): Payload {
  const figures: Payload['figures'] = Object.fromEntries(
    Array.from({ length: 6 }, (_, index) => [
      `figure_${index}`,
      {
        value: 1_234_567.25 * (index + 1),
        unit: 'CLP',
        target: index % 2 === 0 ? 45.5 : null,
        trend: Array.from({ length: months }, (_, month) => Math.round(1_000_000 * Math.sin(index + month))),
      },
    ]),
  );
  const rows: (string | number | null)[][] = [];
  const payload = { section: 'kpis', figures, rows };
  let size = JSON.stringify(payload).length;
  for (let index = 0; size < bytes; index += 1) {
    const row = [
      `EDP-${10_000 + index}`,
      `Constructora Ñuble ${index % 37}`,
      (index * 7_919) % 100_000,
      null,
      index / 7,
    ];
    rows.push(row);
    size += JSON.stringify(row).length + 1;
  }
  return payload;
}
