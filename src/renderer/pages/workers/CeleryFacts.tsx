/** The figures of a Celery worker: its pool, what it took up, its load and memory, its clock, where it is connected. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { type Fact, FactGrid } from '../../ui/FactGrid.tsx';
import { AnsweredPart } from './AnsweredPart.tsx';
import type { CeleryAnswers, CeleryWorker } from './worker-rows.ts';

interface CeleryFactsProps {
  readonly worker: CeleryWorker;
  readonly stats: CeleryAnswers['stats'] | null;
}

export function CeleryFacts({ worker, stats }: CeleryFactsProps): ReactElement {
  const { t } = useTranslation();
  const heard = useHeardFacts(worker);
  const answered = useAnsweredFacts(stats?.value ?? null);
  return (
    <>
      <section data-testid="celery-heard">
        <h3>{t('workers.node.part.heard')}</h3>
        <FactGrid facts={heard} />
      </section>
      <AnsweredPart title={t('workers.node.part.stats')} answer={stats} testId="celery-stats">
        <FactGrid facts={answered} />
      </AnsweredPart>
    </>
  );
}

/** What it says without being asked. */
function useHeardFacts(worker: CeleryWorker): readonly Fact[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { loadAverage, clockSkewMs, heartbeatAgeMs, replyAgeMs } = worker;
  const age = (value: number | null): string => (value === null ? '—' : formatDuration(value));
  return [
    [t('workers.column.slots'), t('workers.of', { active: worker.activeCount ?? '—', slots: worker.slots ?? '—' })],
    [t('workers.column.processed'), worker.processedCount === null ? '—' : format.number(worker.processedCount)],
    [
      t('workers.node.load'),
      loadAverage === null ? '—' : loadAverage.map((load) => format.number(load, 2)).join(' · '),
    ],
    [
      t('workers.node.clock'),
      clockSkewMs === null ? '—' : t('workers.node.seconds', { text: signed(clockSkewMs, format.number) }),
    ],
    [t('workers.node.heartbeatAge'), age(heartbeatAgeMs)],
    [t('workers.node.replyAge'), age(replyAgeMs)],
    [t('workers.fact.version'), worker.version ?? '—'],
    ['pid', worker.pid === null ? '—' : String(worker.pid)],
  ];
}

function signed(milliseconds: number, number: (value: number, digits: number) => string): string {
  return `${milliseconds > 0 ? '+' : ''}${number(milliseconds / 1_000, 2)}`;
}

function useAnsweredFacts(stats: NonNullable<CeleryAnswers['stats']['value']> | null): readonly Fact[] {
  const { t } = useTranslation();
  const format = useFormat();
  if (stats === null) return [];
  const { pool, broker } = stats;
  const number = (value: number | null): string => (value === null ? '—' : format.number(value));
  return [
    [t('workers.node.pool'), pool.kind],
    [
      t('workers.node.poolSize'),
      pool.startSize === null || pool.startSize === pool.size
        ? number(pool.size)
        : t('workers.node.startedWith', { size: number(pool.size), start: number(pool.startSize) }),
    ],
    [
      t('workers.node.autoscale'),
      pool.autoscale === null ? t('celery.control.none') : `${pool.autoscale.min} – ${pool.autoscale.max}`,
    ],
    [
      t('workers.node.perChild'),
      pool.maxTasksPerChild === null ? t('celery.control.none') : number(pool.maxTasksPerChild),
    ],
    [t('workers.node.prefetch'), stats.prefetchCount === 0 ? t('celery.control.none') : number(stats.prefetchCount)],
    [t('workers.node.accepted'), number(stats.totalCount)],
    [t('workers.node.uptime'), stats.uptimeMs === null ? '—' : formatDuration(stats.uptimeMs)],
    [t('workers.node.maxMemory'), stats.maxRssBytes === null ? '—' : formatBytes(format.language, stats.maxRssBytes)],
    [t('workers.node.cpuTime'), stats.cpuSeconds === null ? '—' : `${format.number(stats.cpuSeconds, 1)} s`],
    [
      t('workers.node.connectedTo'),
      broker === null
        ? '—'
        : // A socket is told with what Celery added to its path.
          `${broker.host.replace(/\?.*$/, '')}${broker.port === null ? '' : `:${broker.port}`}/${broker.db}${broker.ssl ? ' TLS' : ''}`,
      'wide',
    ],
  ];
}
