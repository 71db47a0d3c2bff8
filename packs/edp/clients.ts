/** What is open with each client, how old it is, and how much of everything that is. */
import type { Row } from '../../engine/sources/source.ts';
import { amountOf, compareText, nameOf } from './cells.ts';
import { ratio } from './profile.ts';
import type { Queries } from './queries.ts';

export interface Client {
  readonly name: string;
  readonly count: number;
  readonly openCount: number;
  readonly openAmount: number;
  /** Of the open amount of all clients. */
  readonly share: number;
  /** Of the client's own open amount: out for 31–60, over 60, over 90 days. */
  readonly share31to60: number;
  readonly shareOver60: number;
  readonly shareOver90: number;
  /** Weighted by amount, of what is open; null when nothing of it was sent. */
  readonly openDays: number | null;
  readonly dsoDays: number | null;
}

/** The largest open amount first. */
export function clientsOf(queries: Queries): Promise<readonly Client[]> {
  return queries.shared('clients', async (own) => fold(await own.run('clients')));
}

/** Σ share²; null when nothing is open. */
export function herfindahl(clients: readonly Client[]): number | null {
  const total = clients.reduce((sum, { openAmount }) => sum + openAmount, 0);
  return total === 0 ? null : clients.reduce((sum, { openAmount }) => sum + (openAmount / total) ** 2, 0);
}

function fold(rows: readonly Row[]): Client[] {
  const byName = new Map<string, Row[]>();
  for (const row of rows) {
    const name = nameOf(row['client']);
    const those = byName.get(name);
    if (those) those.push(row);
    else byName.set(name, [row]);
  }
  const total = sum(rows, 'amt', isOpen);
  return [...byName]
    .map(([name, those]) => toClient(name, those, total))
    .toSorted((a, b) => b.openAmount - a.openAmount || compareText(a.name, b.name));
}

function toClient(name: string, rows: readonly Row[], total: number): Client {
  const openAmount = sum(rows, 'amt', isOpen);
  const open = (ages: readonly number[]) => (row: Row) => isOpen(row) && ages.includes(Number(row['age']));
  const countsInDso = (row: Row): boolean => Number(row['age']) >= 0;
  const known = open([1, 2, 3, 4]);
  return {
    name,
    count: sum(rows, 'n'),
    openCount: sum(rows, 'n', isOpen),
    openAmount,
    share: ratio(openAmount, total) ?? 0,
    share31to60: ratio(sum(rows, 'amt', open([2])), openAmount) ?? 0,
    shareOver60: ratio(sum(rows, 'amt', open([3, 4])), openAmount) ?? 0,
    shareOver90: ratio(sum(rows, 'amt', open([4])), openAmount) ?? 0,
    openDays: ratio(sum(rows, 'amt_days', known), sum(rows, 'amt', known)),
    dsoDays: ratio(sum(rows, 'amt_days', countsInDso), sum(rows, 'amt', countsInDso)),
  };
}

function isOpen(row: Row): boolean {
  return row['is_open'] === true;
}

function sum(rows: readonly Row[], measure: string, test: (row: Row) => boolean = () => true): number {
  return rows.reduce((total, row) => (test(row) ? total + amountOf(row[measure]) : total), 0);
}
