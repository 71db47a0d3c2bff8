/** What may be asked of the KPIs. */
import { z } from 'zod';
import { dashboardViewSchema, sectionNameSchema } from '../../../engine/model/dashboard.ts';
import { filterOptionSchema, filtersSchema } from '../../../engine/model/filters.ts';
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
} as const;

export const dashboardTopics = {
  'dashboard.changed': z.object({ viewId: z.string(), sections: z.array(sectionNameSchema) }),
  'source.changed': z.object({ reachable: z.boolean() }),
} as const;
