/** Finds BullMQ's workers in a server's list of clients; a cluster's nodes list the same worker more than once. */
import type { QueuePlace } from './queue-layout.ts';

export interface BullClientLine {
  readonly place: QueuePlace;
  /** The name its program gave it; null without one. */
  readonly workerName: string | null;
  readonly clientId: string;
  readonly address: string;
  readonly connectedMs: number;
  readonly idleMs: number;
  /** True while it waits in a blocking command for the next job. */
  readonly blocked: boolean;
}

/**
 * One line a worker: only its blocking connection has a name, `<prefix>:<base64 of the queue>` and then
 * `:w:<worker's name>` when it has one; QueueEvents end in `:qe`.
 * Source: `classes/worker.js` and `utils/create-backend.js` of bullmq 4.18, 5.81 and 6.7.
 */
export function bullWorkersOf(clientList: string): BullClientLine[] {
  const found: BullClientLine[] = [];
  for (const line of clientList.split('\n')) {
    const fields = fieldsOf(line);
    const named = parseClientName(fields.get('name') ?? '');
    if (!named) continue;
    found.push({
      ...named,
      clientId: fields.get('id') ?? '',
      address: fields.get('addr') ?? '',
      connectedMs: Number(fields.get('age') ?? 0) * 1_000,
      idleMs: Number(fields.get('idle') ?? 0) * 1_000,
      blocked: (fields.get('flags') ?? '').includes('b'),
    });
  }
  return found;
}

function fieldsOf(line: string): Map<string, string> {
  return new Map(
    line.split(' ').flatMap((pair): [string, string][] => {
      const cut = pair.indexOf('=');
      return cut > 0 ? [[pair.slice(0, cut), pair.slice(cut + 1)]] : [];
    }),
  );
}

function parseClientName(clientName: string): { place: QueuePlace; workerName: string | null } | null {
  const match = /^(.+?):([A-Za-z0-9+/]+={0,2})(?::w:(.*))?$/.exec(clientName);
  if (!match) return null;
  const [, prefix = '', encoded = '', workerName = null] = match;
  const name = Buffer.from(encoded, 'base64').toString('utf8');
  // Base64 takes nearly any word; only what encodes back to itself was encoded.
  if (name === '' || name.includes(':') || Buffer.from(name, 'utf8').toString('base64') !== encoded) return null;
  return { place: { prefix, name }, workerName: workerName === '' ? null : workerName };
}
