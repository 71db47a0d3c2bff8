/** What a rule would have done with what is stored: how often, when, on the line of its signal. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { useFormat } from '../../format/use-format.ts';
import { useServices } from '../../state/services.ts';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { type RuleDraft, showSignal, signalName } from './alerts-model.ts';
import { type Replayed, useRulePreview } from './use-rule-preview.ts';

const dayMs = 86_400_000;
const spans = { day: dayMs, week: 7 * dayMs, month: 30 * dayMs } as const;
type Span = keyof typeof spans;
const spanNames = ['day', 'week', 'month'] as const;
/** More are not read by anybody; the newest count most. */
const shownFirings = 50;

export function RulePreviewPane({ draft }: { readonly draft: RuleDraft | null }): ReactElement {
  const { t } = useTranslation();
  const [span, setSpan] = useState<Span>('week');
  const { replayed, error, isOld } = useRulePreview(draft, spans[span]);
  return (
    <section className="editor-preview" aria-label={t('alertRules.preview')} data-testid="rule-preview">
      <div className="preview-head">
        <h3>{t('alertRules.preview')}</h3>
        <SegmentedFilter
          label={t('alertRules.previewSpan')}
          options={spanNames.map((id) => ({ id, title: t(`alerts.span.${id}`) }))}
          value={span}
          onChange={setSpan}
          testId="preview-span"
        />
      </div>
      {error !== null && (
        <p role="alert" data-testid="preview-error">
          <State kind="failed" word={error} />
        </p>
      )}
      {replayed === null ? (
        <EmptyState icon="search" title={t(draft === null ? 'alertRules.previewWaits' : 'alertRules.previewLoading')} />
      ) : (
        <div className={isOld ? 'is-pale' : undefined} aria-busy={isOld || undefined}>
          <Outcome replayed={replayed} />
        </div>
      )}
    </section>
  );
}

function Outcome({ replayed: { rule, preview, series } }: { readonly replayed: Replayed }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { firings, fromMs, toMs, firingMs, noDataMs, unseenMs, sampleCount } = preview;
  if (sampleCount === 0) return <EmptyState icon="unknown" title={t('alertRules.previewNothing')} />;
  const show = (value: number): string => showSignal(format, rule.signal, value);
  const asides = [
    ...(firings.length > 0 ? [t('alertRules.previewTime', { firing: formatDuration(firingMs) })] : []),
    ...(noDataMs >= 60_000 ? [t('alertRules.previewNoData', { duration: formatDuration(noDataMs) })] : []),
    ...(unseenMs >= 60_000 ? [t('alertRules.previewUnseen', { duration: formatDuration(unseenMs) })] : []),
  ];
  return (
    <>
      <p className="preview-count" role="status" data-testid="preview-count">
        <State
          kind={firings.length === 0 ? 'fresh' : 'stale'}
          word={t('alertRules.previewCount', { count: firings.length, span: formatDuration(toMs - fromMs) })}
        />
      </p>
      <p className="sub num preview-asides">{asides.join(' · ')}</p>
      <TimeSeriesChart
        label={signalName(t, rule.signal)}
        series={[{ id: rule.signal, label: signalName(t, rule.signal), points: series.points }]}
        fromMs={fromMs}
        toMs={toMs}
        formatValue={show}
        heightPx={220}
        limit={{ value: rule.threshold, label: t('alerts.threshold', { threshold: show(rule.threshold) }) }}
        marks={firings.map((firing) => ({ fromMs: firing.fromMs, toMs: firing.toMs ?? toMs }))}
        marksLabel={t('alertRules.previewFiring')}
        testId="preview-chart"
      />
      <Firings rule={rule} firings={firings} toMs={toMs} />
    </>
  );
}

interface FiringsProps {
  readonly rule: RuleDraft;
  readonly firings: Replayed['preview']['firings'];
  readonly toMs: number;
}

function Firings({ rule, firings, toMs }: FiringsProps): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  if (firings.length === 0) return null;
  return (
    <>
      <h3>{t('alertRules.previewFirings')}</h3>
      {/* A scrolled region must be reachable by keyboard to be scrolled by it. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <ul className="preview-firings num" tabIndex={0} aria-label={t('alertRules.previewFirings')}>
        {firings
          .slice(-shownFirings)
          .toReversed()
          .map((firing) => (
            <li key={firing.fromMs}>
              <span title={format.exactMoment(firing.fromMs)}>{format.moment(firing.fromMs, ticker.now())}</span>
              <span>
                {firing.toMs === null
                  ? t('alertRules.previewOpen')
                  : formatDuration((firing.toMs ?? toMs) - firing.fromMs)}
              </span>
              <span className="sub">
                {t('alertRules.previewWorst', { value: showSignal(format, rule.signal, firing.worst) })}
              </span>
            </li>
          ))}
      </ul>
    </>
  );
}
