/** Which clients are shown, and in which order. */
import type { Sorting } from '../../ui/SortHeading.tsx';
import type { Client } from './redis-model.ts';

export const clientKinds = ['all', 'normal', 'blocked', 'subscriber', 'replica', 'own'] as const;
export type ClientKind = (typeof clientKinds)[number];

/** An id is one server's only. */
export function clientKey({ shard, id }: Pick<Client, 'shard' | 'id'>): string {
  return `${shard}|${id}`;
}

const values: Readonly<Record<string, (client: Client) => string | number | null>> = {
  address: ({ address }) => address,
  name: ({ name }) => name,
  user: ({ user }) => user,
  kind: ({ kind }) => kind,
  db: ({ db }) => db,
  command: ({ lastCommand }) => lastCommand,
  age: ({ ageS }) => ageS,
  idle: ({ idleS }) => idleS,
  output: ({ outputBytes }) => outputBytes,
  memory: ({ memoryBytes }) => memoryBytes,
  shard: ({ shard }) => shard,
};

/** `-memory` is by memory, the largest first. */
export function clientSorting(text: string): Sorting {
  const columnId = text.replace(/^-/, '');
  if (values[columnId] === undefined) return { columnId: 'memory', direction: 'descending' };
  return { columnId, direction: text.startsWith('-') ? 'descending' : 'ascending' };
}

export function sortingText({ columnId, direction }: Sorting): string {
  return direction === 'descending' ? `-${columnId}` : columnId;
}

/** Clients whose address, name, user or command holds the text. What is not known comes last in both directions. */
export function shownClients(
  clients: readonly Client[],
  text: string,
  kind: ClientKind,
  { columnId, direction }: Sorting,
): readonly Client[] {
  const part = text.toLowerCase();
  const found = clients.filter(
    (client) =>
      (kind === 'all' || (kind === 'own' ? client.own : client.kind === kind)) &&
      (part === '' || textOf(client).includes(part)),
  );
  const valueOf = values[columnId] ?? (() => null);
  const sign = direction === 'ascending' ? 1 : -1;
  return found.sort((left, right) => {
    const a = valueOf(left);
    const b = valueOf(right);
    if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
    if (typeof a === 'number' && typeof b === 'number') return (a - b) * sign;
    return (String(a) < String(b) ? -1 : String(a) > String(b) ? 1 : 0) * sign;
  });
}

function textOf({ id, address, name, user, lastCommand, library, shard }: Client): string {
  return `${id} ${address} ${name ?? ''} ${user ?? ''} ${lastCommand ?? ''} ${library ?? ''} ${shard}`.toLowerCase();
}
