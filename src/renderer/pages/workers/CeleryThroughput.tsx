/** How many tasks a Celery worker took up in the last twenty minutes; a gap is where it was not heard. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';

const minuteMs = 60_000;
const heightPx = 44;

export function CeleryThroughput({
  brokerId,
  node,
}: {
  readonly brokerId: string;
  readonly node: string;
}): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { data } = useLiveCall('celery.throughput', { brokerId, node }, { topics: [], periodMs: 5_000 });
  const perMinute =
    data === null ? [] : data.counts.map((count) => (count === null ? null : (count * minuteMs) / data.stepMs));
  // The end of the line is now, however short the worker has been heard.
  const positions = perMinute.map((_, index) =>
    data === null ? 0 : 1 - ((perMinute.length - 1 - index) * data.stepMs) / (data.keptMs - data.stepMs),
  );
  const known = perMinute.filter((rate) => rate !== null);
  const last = perMinute.at(-1) ?? null;
  const rate = (value: number): string => t('workers.node.perMinute', { text: format.number(value) });
  return (
    <section data-testid="celery-throughput">
      <h3>{t('workers.node.throughput')}</h3>
      {/* The line keeps its place while there is none yet. */}
      <div className="throughput-line" style={{ height: heightPx }}>
        {known.length > 0 && (
          <Sparkline
            values={perMinute}
            positions={positions}
            heightPx={heightPx}
            fromZero
            upTo={1}
            label={t('workers.node.throughput')}
          />
        )}
      </div>
      <p className="sub num">
        {known.length === 0
          ? t('workers.node.noThroughput')
          : t('workers.node.throughputNow', {
              now: last === null ? '—' : rate(last),
              most: rate(Math.max(...known)),
              minutes: format.number((perMinute.length * (data?.stepMs ?? 0)) / minuteMs, 0),
            })}
      </p>
    </section>
  );
}
