/** The EDPs and clients to act on, largest first, never one row per project. */
import type { Row } from '../../../engine/sources/source.ts';
import { amountOf, nameOf, numberOrNull, textOrNull } from '../cells.ts';
import { type Client, clientsOf } from '../clients.ts';
import { measures } from '../measures.ts';
import type { Payload } from '../payload.ts';
import { Profile } from '../profile.ts';
import type { Queries } from '../queries.ts';
import { states } from '../tables.ts';

const limit = 50;

export async function lists(queries: Queries, payload: Payload): Promise<void> {
  const profile = await Profile.of(queries);
  const critical = await queries.run('critical', { limit });
  const who = { id: 'text', edp: 'text', client: 'text', project: 'text', manager: 'text', state: 'text' } as const;
  payload.breakdown(
    'critical',
    { ...who, amount: 'CLP', days: 'days', promised: 'date' },
    critical.map((row) => [...whose(row), amountOf(row['amount']), numberOrNull(row['days']), day(row['promised'])]),
    { totalRowCount: measures.critical_count(profile) },
  );
  const overdue = await queries.run('overdue', { limit });
  payload.breakdown(
    'overdue',
    { ...who, amount: 'CLP', days_late: 'days', promised: 'date' },
    overdue.map((row) => [
      ...whose(row),
      amountOf(row['amount']),
      numberOrNull(row['days_late']),
      day(row['promised']),
    ]),
    { totalRowCount: measures.overdue_count(profile) },
  );
  clientRisk(await clientsOf(queries), payload);
}

function whose(row: Row): (string | number | null)[] {
  const edp = textOrNull(row['edp']);
  return [
    textOrNull(row['id']),
    edp !== null && /^\d{1,15}$/.test(edp) ? Number(edp) : edp,
    textOrNull(row['client']),
    textOrNull(row['project']),
    textOrNull(row['manager']),
    states[amountOf(row['code']) - 1] ?? null,
  ];
}

function day(cell: Row[string] | undefined): string | null {
  return textOrNull(cell)?.slice(0, 10) ?? null;
}

const levels = ['CRITICAL', 'HIGH', 'MEDIUM', 'LOW'] as const;

function levelOf({ shareOver90, shareOver60, share31to60 }: Client): (typeof levels)[number] {
  if (shareOver90 > 0.3) return 'CRITICAL';
  if (shareOver60 > 0.4) return 'HIGH';
  return share31to60 > 0.5 ? 'MEDIUM' : 'LOW';
}

function clientRisk(clients: readonly Client[], payload: Payload): void {
  const judged = clients
    .filter(({ openAmount }) => openAmount > 0)
    .map((client) => ({ client, level: levelOf(client) }))
    .toSorted((a, b) => levels.indexOf(a.level) - levels.indexOf(b.level) || b.client.openAmount - a.client.openAmount);
  payload.breakdown(
    'client_risk',
    {
      client: 'text',
      level: 'text',
      open_amount: 'CLP',
      share: 'ratio',
      over_60_share: 'ratio',
      over_90_share: 'ratio',
      days: 'days',
    },
    judged.map(({ client, level }) => [
      nameOf(client.name),
      level,
      client.openAmount,
      client.share,
      client.shareOver60,
      client.shareOver90,
      client.openDays,
    ]),
    { limit },
  );
}
