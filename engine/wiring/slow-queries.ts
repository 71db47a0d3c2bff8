/** The slowest queries of the source with the plans that it has for them. */
import type { Desk } from '../doctor/check.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import type { SlowQueries } from '../sources/slow-queries.ts';

const mostExplained = 3;
const explainMs = 2_000;

export async function explained(
  slowQueries: SlowQueries,
  holder: Pick<SourceHolder, 'get'>,
): ReturnType<Desk['slowQueries']> {
  const slowest = slowQueries.slowest(mostExplained);
  if (slowest.length === 0) return [];
  // What was slow is told also while the source is away, or does not explain.
  const source = await holder.get().catch(() => null);
  return Promise.all(
    slowest.map(async (query) => {
      const asked = source?.explain?.(query.sql, query.parameters, { deadlineMs: explainMs });
      return { ...query, plan: (await asked?.catch(() => null)) ?? null };
    }),
  );
}
