/** Queries of the source that were slow in the last hour: how the source answers them, and the index that would help. */
import { createHash } from 'node:crypto';
import { latencyWords, plural } from '../../health/wording.ts';
import { type Desk, evidence, type Found, noConsole, type SystemCheck, verdictOf } from '../check.ts';

type Explained = Awaited<ReturnType<Desk['slowQueries']>>[number];

const criticalMs = 30_000;
const sqlShown = 600;
const planShown = 1_200;

export const sourceQueries: SystemCheck = {
  id: 'source-queries',
  title: 'No query of the source was slow in the last hour',
  about: 'system',
  subject: { kind: 'source', id: 'source', name: 'Source' },
  async run({ desk }) {
    if (desk === null) return noConsole;
    return verdictOf((await desk.slowQueries()).map(slow));
  },
};

function slow({ sql, count, worstMs, totalMs, firstAtMs, plan }: Explained): Found {
  const indexes = plan?.indexes ?? [];
  return {
    code: indexes.length > 0 ? 'slow_query_index' : 'slow_query',
    part: createHash('sha256').update(sql).digest('hex').slice(0, 12),
    severity: worstMs >= criticalMs ? 'critical' : 'warning',
    title:
      indexes.length > 0
        ? `A query took the source ${latencyWords(worstMs)}: it reads a whole table for a few rows, an index would help`
        : `A query took the source ${latencyWords(worstMs)}`,
    evidence: [
      evidence('query_worst_ms', worstMs, 'ms'),
      evidence('slow_count', count, 'count', firstAtMs),
      evidence('total_ms', totalMs, 'ms', firstAtMs),
      evidence('query', cut(sql.trim(), sqlShown), 'text'),
      ...(plan === null ? [] : [evidence('plan', cut(plan.text, planShown), 'text')]),
      ...(indexes.length === 0 ? [] : [evidence('index', indexes.join(';\n'), 'text')]),
    ],
    why: `Values are computed as fast as the source answers; this query was slow ${plural(count, 'time')} in the last hour.`,
    steps:
      indexes.length > 0
        ? [
            `As the owner of the table: ${indexes.join('; ')}`,
            'CONCURRENTLY lets others write meanwhile. The console only reads in the source, so it does not do this itself; when the query runs again and is quick, this finding goes.',
          ]
        : [
            'Read its plan for the step that costs most; EXPLAIN (ANALYZE, BUFFERS) on a copy shows where the time goes.',
            'See what else the source is busy with (pg_stat_activity), and whether its statistics are new (ANALYZE).',
          ],
  };
}

function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length)} …`;
}
