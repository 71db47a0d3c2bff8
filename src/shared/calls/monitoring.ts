/** What may be asked of the health of the whole chain, its samples and its processes. */
import { z } from 'zod';
import { overviewSchema, redisRoleSchema, systemHealthSchema } from '../../../engine/model/health.ts';
import { seriesSchema, signalNameSchema } from '../../../engine/model/sample.ts';
import { performanceMetricsSchema, systemInfoSchema } from '../../../engine/model/system.ts';
import { queueCountsSchema } from '../../../engine/model/task.ts';
import { nothing, query } from './call.ts';

export const monitoringCalls = {
  'system.info': query(nothing, systemInfoSchema),
  'system.health': query(nothing, systemHealthSchema),
  'overview.get': query(nothing, overviewSchema),
  'samples.series': query(
    z.object({ signal: signalNameSchema, fromMs: z.number(), toMs: z.number(), maxPoints: z.number().default(240) }),
    seriesSchema,
  ),
  'performance.metrics': query(nothing, performanceMetricsSchema),
  'queues.counts': query(nothing, z.object({ queues: z.array(queueCountsSchema) })),
} as const;

export const monitoringTopics = {
  'health.sampled': z.object({ atMs: z.number() }),
  'link.changed': z.object({ role: redisRoleSchema, state: z.string() }),
} as const;
