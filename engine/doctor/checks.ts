/** Every check of the doctor, in the order in which they are run. A new one is a file in `checks/` and a line here. */
import type { Check } from './check.ts';
import { celeryRisks } from './checks/celery-risks.ts';
import { poisonJobs, stalledJobs } from './checks/failed-jobs.ts';
import { localStore } from './checks/local-store.ts';
import { observationGap } from './checks/observation-gap.ts';
import { ownLoad } from './checks/own-load.ts';
import { redisClients } from './checks/redis-clients.ts';
import { redisClock } from './checks/redis-clock.ts';
import { redisEviction } from './checks/redis-eviction.ts';
import { redisHitRate } from './checks/redis-hit-rate.ts';
import { redisKeys } from './checks/redis-keys.ts';
import { redisMemory } from './checks/redis-memory.ts';
import { redisPersistence } from './checks/redis-persistence.ts';
import { redisReach } from './checks/redis-reach.ts';
import { redisReplication } from './checks/redis-replication.ts';
import { redisRights } from './checks/redis-rights.ts';
import { redisSlow } from './checks/redis-slow.ts';
import { redisTls } from './checks/redis-tls.ts';
import { redisVersion } from './checks/redis-version.ts';
import { sourceQueries } from './checks/source-queries.ts';
import { workChecks } from './checks/work-signs.ts';

export const checks: readonly Check[] = [
  redisReach,
  redisTls,
  redisRights,
  redisVersion,
  redisClock,
  redisEviction,
  redisMemory,
  redisPersistence,
  redisReplication,
  redisClients,
  redisSlow,
  redisHitRate,
  redisKeys,
  ...workChecks,
  sourceQueries,
  poisonJobs,
  stalledJobs,
  celeryRisks,
  ownLoad,
  observationGap,
  localStore,
];
