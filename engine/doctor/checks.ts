/** Every check of the doctor, in the order in which they are run. A new one is a file in `checks/` and a line here. */
import type { Check } from './check.ts';
import { redisEviction } from './checks/redis-eviction.ts';
import { redisMemory } from './checks/redis-memory.ts';
import { redisReach } from './checks/redis-reach.ts';

export const checks: readonly Check[] = [redisReach, redisEviction, redisMemory];
