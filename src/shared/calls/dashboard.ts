/** What may be asked of the KPIs and of the tasks that compute them. */
import { z } from 'zod';
import { dashboardViewSchema, sectionNameSchema } from '../../../engine/model/dashboard.ts';
import { filterOptionSchema, filtersSchema } from '../../../engine/model/filters.ts';
import { taskStatusSchema } from '../../../engine/model/task.ts';
import { command, nothing, query } from './call.ts';

export const dashboardCalls = {
  /**
   * The cached dashboard, at once; what is stale or missing is queued. `waitMs` > 0 waits up to that long for
   * a view in which every section is fresh, and answers the best there is when the time is over.
   */
  'dashboard.get': query(
    z.object({ filters: filtersSchema.default({}), waitMs: z.number().int().min(0).max(120_000).default(0) }),
    dashboardViewSchema,
  ),
  'dashboard.filters': query(nothing, z.object({ options: z.array(filterOptionSchema) })),
  /** Forces a computation of every section; joins the one that runs already. */
  'dashboard.refresh': command(z.object({ filters: filtersSchema.default({}) }), z.object({ taskId: z.string() })),
  'task.status': query(z.object({ taskId: z.string() }), taskStatusSchema),
  'task.cancel': command(z.object({ taskId: z.string() }), taskStatusSchema),
} as const;

export const dashboardTopics = {
  'dashboard.changed': z.object({ viewId: z.string(), sections: z.array(sectionNameSchema) }),
  'task.changed': taskStatusSchema,
  'source.changed': z.object({ reachable: z.boolean() }),
} as const;
