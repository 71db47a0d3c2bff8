/** One KPI as it stands or stood: its history with gaps, its notes, and a place for a new one. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useLiveCall } from '../../state/calls.ts';
import type { Filters } from '../../state/filters.ts';
import { useNow } from '../../state/services.ts';
import { TimeSeriesChart } from '../../ui/charts/TimeSeriesChart.tsx';
import { Drawer } from '../../ui/Drawer.tsx';
import { Value } from './KpiTable.tsx';
import { NoteForm } from './NoteForm.tsx';
import { NoteLine } from './NotesCard.tsx';
import { DataTo, PastState, Then } from './PastState.tsx';
import { type KpiHistory, type Moment, notesOf, type OpenedFile, type Reviewed } from './review-model.ts';

interface KpiDrawerProps {
  readonly kpiId: string;
  readonly filters: Filters;
  readonly moment: Moment | null;
  /** Null for now. */
  readonly atMs: number | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly file: OpenedFile | null;
  readonly notes: readonly Reviewed[];
  readonly onClose: () => void;
}

export function KpiDrawer(props: KpiDrawerProps): ReactElement {
  const { kpiId, filters, moment, atMs, file, notes, onClose } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const label = t(`kpi.${kpiId}.label`, { defaultValue: kpiId });
  const section = moment?.sections.find(({ payload }) => payload?.figures[kpiId] !== undefined);
  const figure = section?.payload?.figures[kpiId] ?? null;
  const title = useNow((nowMs) =>
    atMs === null ? t('review.asItStands') : t('review.asItStood', { moment: format.moment(atMs, nowMs) }),
  );
  const own = notesOf(notes, kpiId, filters);
  return (
    <Drawer title={label} contentKey={kpiId} onClose={onClose} testId="review-kpi" note={title}>
      {moment !== null && (
        <dl className="review-stood">
          <div>
            <dt>{t('review.column.value')}</dt>
            <dd className="big">
              <Value figure={figure} />
            </dd>
          </div>
          <div>
            <dt>{t('review.column.state')}</dt>
            <dd>
              <PastState state={section?.state ?? 'missing'} />
            </dd>
          </div>
          <div>
            <dt>{t('review.column.computed')}</dt>
            <dd>
              <Then atMs={section?.computedAtMs ?? null} fromMs={moment.atMs} />
            </dd>
          </div>
          <div>
            <dt>{t('review.column.dataTo')}</dt>
            <dd>
              <DataTo atMs={section?.dataAsOfMs ?? null} />
            </dd>
          </div>
        </dl>
      )}
      <h3>{t('review.history')}</h3>
      {file === null ? <LiveHistory {...props} label={label} /> : <FileHistory {...props} label={label} file={file} />}
      <h3>{t('review.notes')}</h3>
      {own.length === 0 ? (
        <p className="sub">{t('review.noNotesHere')}</p>
      ) : (
        <ul className="plain-list">
          {own.map((reviewed) => (
            <li key={reviewed.note.id}>
              <NoteLine reviewed={reviewed} />
            </li>
          ))}
        </ul>
      )}
      {figure !== null && file === null && <NoteForm key={kpiId} kpiId={kpiId} filters={filters} atMs={atMs} />}
    </Drawer>
  );
}

type HistoryProps = KpiDrawerProps & { readonly label: string };

function LiveHistory(props: HistoryProps): ReactElement {
  const { kpiId, filters, fromMs, toMs } = props;
  // A minute more or less is no other question.
  const minuteMs = 60_000;
  const { data } = useLiveCall(
    'review.histories',
    {
      filters,
      kpiIds: [kpiId],
      fromMs: Math.floor(fromMs / minuteMs) * minuteMs,
      toMs: Math.ceil(toMs / minuteMs) * minuteMs,
    },
    { topics: [], periodMs: 120_000 },
  );
  return <HistoryChart {...props} history={data?.histories[0] ?? null} isKnown={data !== null} />;
}

function FileHistory(props: HistoryProps & { readonly file: OpenedFile }): ReactElement {
  const { file, kpiId } = props;
  return (
    <HistoryChart {...props} history={file.content.histories.find((each) => each.kpiId === kpiId) ?? null} isKnown />
  );
}

function HistoryChart(
  props: HistoryProps & { readonly history: KpiHistory | null; readonly isKnown: boolean },
): ReactElement {
  const { history, isKnown, label, fromMs, toMs } = props;
  const { t } = useTranslation();
  const format = useFormat();
  const unit = history?.unit ?? 'count';
  const known = (history?.points ?? []).flatMap(({ value }) => value ?? []);
  // From zero a KPI that moves by a few hundredths is a flat line.
  const [low, high] = [Math.min(...known), Math.max(...known)];
  const room = (high - low) * 0.1 || Math.abs(high) * 0.05 || 1;
  return (
    <>
      <p className="sub">{history !== null && t('review.historyNote', { count: history.computationCount })}</p>
      <TimeSeriesChart
        label={label}
        series={[{ id: 'value', label, points: history?.points ?? [] }]}
        fromMs={fromMs}
        toMs={toMs}
        heightPx={200}
        formatValue={(value) => {
          const quantity = format.quantity(value, unit);
          return quantity.unit === '' ? quantity.text : `${quantity.text} ${quantity.unit}`;
        }}
        {...(known.length === 0 ? {} : { scaleMin: low - room, scaleMax: high + room })}
        emptyText={isKnown ? t('review.historyEmpty') : ''}
        testId="review-history"
      />
    </>
  );
}
