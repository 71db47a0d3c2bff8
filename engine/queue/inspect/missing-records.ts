/** Explains jobs whose id is still in a list while their record is gone. */
import type { Missing } from '../../model/job.ts';
import { onEachNode, type QueueServer } from './queue-server.ts';
import { textOf } from './replies.ts';

/**
 * An evicting policy with evictions is the likely cause; without one somebody deleted the record.
 * Source: INFO's `maxmemory_policy` and `evicted_keys`; the latter counts since the server's start.
 */
export async function explainMissing(server: QueueServer, count: number): Promise<Missing> {
  const infos = await onEachNode(server, 'Asking for evictions', async (commands) => {
    const parts = [await commands.call('INFO', 'memory'), await commands.call('INFO', 'stats')];
    return parts.map((part) => textOf(part) ?? '').join('\n');
  }).catch(() => []);
  const policy = fieldOf(infos.join('\n'), 'maxmemory_policy');
  const evictions = infos.map((info) => Number(fieldOf(info, 'evicted_keys') ?? Number.NaN));
  const evicted =
    evictions.length === 0 || evictions.some(Number.isNaN) ? null : evictions.reduce((sum, one) => sum + one, 0);
  const facts = { count, evictionPolicy: policy, evictedKeyCount: evicted };
  if (policy === null || evicted === null) {
    return { ...facts, cause: 'unknown', evidence: 'the server does not tell its eviction policy' };
  }
  if (policy !== 'noeviction' && evicted > 0) {
    const words = `maxmemory-policy is ${policy} and ${evicted.toLocaleString('en-US')} keys were evicted since the server started`;
    return { ...facts, cause: 'evicted', evidence: `${words}; a queue needs noeviction` };
  }
  return {
    ...facts,
    cause: 'removed',
    evidence: `nothing was evicted (maxmemory-policy ${policy}), so the record was deleted or written by hand, or it expired`,
  };
}

function fieldOf(info: string, name: string): string | null {
  return new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? null;
}
