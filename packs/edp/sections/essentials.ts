/** The figures that one narrow GROUP BY gives. */
import { kpiDefinitions } from '../kpis.ts';
import { type MeasureId, measure, measures } from '../measures.ts';
import type { Payload } from '../payload.ts';
import type { Queries } from '../queries.ts';

export async function essentials(queries: Queries, payload: Payload): Promise<void> {
  const measured = await measure(queries);
  const ids = kpiDefinitions.filter(({ section }) => section === 'essentials').map(({ id }) => id);
  for (const id of ids.filter(isMeasure)) payload.figure(id, measured.value(id), measured.extras(id));
}

function isMeasure(id: string): id is MeasureId {
  return Object.hasOwn(measures, id);
}
