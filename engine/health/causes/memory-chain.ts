/** Why a Redis server evicts, or is full. */
import type { CauseLink } from '../../model/cause.ts';
import type { RedisRole } from '../../model/health.ts';
import { said } from '../../model/said.ts';
import type { HealthFacts } from '../overview-facts.ts';
import { memoryRatio } from '../readings.ts';
import { bytesWords, percentWords, plural } from '../wording.ts';
import { link } from './link.ts';

export function evictions(role: RedisRole, { depth, memory }: HealthFacts): CauseLink[] {
  const count = depth.evicted[role] ?? 0;
  if (count === 0) return [];
  const { limitBytes = null, policy = '', usedBytes = 0 } = memory[role] ?? {};
  const words = `Redis (${role}) evicted ${plural(count, 'key')} lately`;
  if (limitBytes === null) {
    return [link('evictions', `${words}: no limit is set`, said('cause_evictions_unlimited', { role, count }))];
  }
  const limit = `${bytesWords(usedBytes)} of ${bytesWords(limitBytes)} used, policy ${policy}`;
  const inAll = said('cause_evictions_used', { role, count, usedBytes, limitBytes, policy });
  return [link('evictions', `${words}: ${limit}`, inAll)];
}

export function memoryChain(role: RedisRole, facts: HealthFacts): CauseLink[] {
  const memory = facts.memory[role];
  const ratio = memory === null ? null : memoryRatio(memory);
  if (memory === null || ratio === null || memory.limitBytes === null) return [];
  const words = `Redis (${role}) uses ${bytesWords(memory.usedBytes)} of ${bytesWords(memory.limitBytes)} (${percentWords(ratio)})`;
  const { usedBytes, limitBytes, policy } = memory;
  const figures = { role, usedBytes, limitBytes, usedRatio: ratio };
  return [
    policy === 'noeviction'
      ? link('memory_full', `${words}; it refuses writes when it is full`, said('cause_memory_refuses', figures))
      : link(
          'memory_full',
          `${words}; it evicts by ${policy} when it is full`,
          said('cause_memory_evicts', { ...figures, policy }),
        ),
  ];
}
