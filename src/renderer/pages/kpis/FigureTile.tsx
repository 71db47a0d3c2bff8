/** One KPI as a tile: value, unit, target, change against the previous period, trend, both ages, state. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { FigureView } from '../../format/numbers.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import type { SectionView } from '../../state/dashboard.ts';
import { useIsOffline } from '../../state/services.ts';
import { Ages } from '../../ui/Ages.tsx';
import { TargetBar } from '../../ui/Bars.tsx';
import { useShownState } from '../../ui/freshness.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { Tile } from '../../ui/Tile.tsx';
import { humanName } from './known.ts';

interface FigureTileProps {
  readonly id: string;
  readonly figure: FigureView;
  readonly section: SectionView;
  readonly isTarget: boolean;
}

export function FigureTile({ id, figure, section, isTarget }: FigureTileProps): ReactElement {
  const { t, i18n } = useTranslation();
  const format = useFormat();
  const isOffline = useIsOffline();
  const state = useShownState(section.freshness, isOffline);
  const label = t(`kpi.${id}.label`, { defaultValue: humanName(id) });
  const formula = i18n.exists(`kpi.${id}.formula`) ? t(`kpi.${id}.formula`) : undefined;
  const previous = figure.previousLabel === null ? null : previousText(figure.previousLabel, t, format);
  const quantity = figure.value === null ? null : format.quantity(figure.value, figure.unit);
  const unit = figure.unit === 'count' ? t(`kpi.${id}.unit`, { defaultValue: '' }) : (quantity?.unit ?? '');
  return (
    <Tile
      id={`kpi-${id}`}
      label={label}
      {...(formula === undefined
        ? {}
        : { explanation: <Explanation formula={formula} state={state.title} previous={previous} /> })}
      value={quantity === null ? null : { text: quantity.text, unit }}
      noValueWord={t('state.noData')}
      reason={
        figure.noDataReason === null
          ? null
          : t(`kpis.noData.${figure.noDataReason}`, { defaultValue: figure.noDataReason })
      }
      line={[<Change key="change" figure={figure} />, <Target key="target" figure={figure} />]}
      picture={<Picture figure={figure} label={label} />}
      state={state}
      ages={<Ages computedAtMs={section.freshness.computedAtMs} dataAsOfMs={section.freshness.dataAsOfMs} />}
      isTarget={isTarget}
    />
  );
}

/** A KPI of a section of which nothing is known yet: its place, its state, and why when it failed. */
export function UnknownTile({ id, section }: { readonly id: string; readonly section: SectionView }): ReactElement {
  const { t } = useTranslation();
  const state = useShownState(section.freshness, useIsOffline());
  const { refresh } = section.freshness;
  return (
    <Tile
      id={`kpi-${id}`}
      label={t(`kpi.${id}.label`, { defaultValue: humanName(id) })}
      value={null}
      noValueWord="—"
      reason={refresh.status === 'failed' ? refresh.lastError : null}
      state={state}
      ages={<Ages computedAtMs={null} dataAsOfMs={null} />}
    />
  );
}

/** A KPI that this source cannot give, with the column that it lacks. */
export function MissingTile({
  id,
  reason,
  section,
}: {
  readonly id: string;
  readonly reason: string;
  readonly section: SectionView;
}): ReactElement {
  const { t } = useTranslation();
  return (
    <Tile
      id={`kpi-${id}`}
      label={t(`kpi.${id}.label`, { defaultValue: humanName(id) })}
      value={null}
      noValueWord={t('state.noData')}
      reason={t('kpis.notInSource', { reason })}
      state={{ kind: 'unknown', word: t('state.unknown') }}
      ages={<Ages computedAtMs={section.freshness.computedAtMs} dataAsOfMs={section.freshness.dataAsOfMs} />}
    />
  );
}

interface ExplanationProps {
  readonly formula: string;
  readonly state: string;
  readonly previous: string | null;
}

function Explanation({ formula, state, previous }: ExplanationProps): ReactElement {
  const { t } = useTranslation();
  return (
    <>
      <p>{formula}</p>
      {previous !== null && <p>{t('kpis.changeIs', { previous })}</p>}
      <p>{state}</p>
    </>
  );
}

/** The pack names the previous period in English, or by its month. */
function previousText(label: string, t: ReturnType<typeof useTranslation>['t'], format: Format): string {
  const month = /^(The whole of )?(\d{4}-\d{2})$/.exec(label);
  if (month?.[2] === undefined) return t(`kpis.previous.${label}`, { defaultValue: label });
  const name = format.isoMonth(month[2], { withYear: true });
  return t(month[1] === undefined ? 'kpis.previousMonth' : 'kpis.previousWholeMonth', { month: name });
}

const arrows = { up: '▲', down: '▼', same: '=' } as const;

function Change({ figure }: { readonly figure: FigureView }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  const change = format.change(figure);
  if (change === null) return null;
  const previous = figure.previousLabel === null ? '' : previousText(figure.previousLabel, t, format);
  return (
    <span title={`${change.text} ${previous}`}>
      <span aria-hidden="true">{arrows[change.direction]} </span>
      <b className="num">{change.text}</b>
      {change.verdict !== null && ` ${t(`kpis.verdict.${change.verdict}`)}`}
    </span>
  );
}

function Target({ figure }: { readonly figure: FigureView }): ReactNode {
  const { t } = useTranslation();
  const format = useFormat();
  if (figure.target === null) return null;
  const { text, unit } = format.limit(figure.target, figure.unit);
  return t('kpis.target', { target: unit === '' ? text : `${text} ${unit}` });
}

function Picture({ figure, label }: { readonly figure: FigureView; readonly label: string }): ReactNode {
  const { t } = useTranslation();
  const { trend, target, value, unit } = figure;
  const knownCount = trend.filter((point) => point !== null).length;
  if (knownCount >= 2) {
    return (
      <Sparkline
        values={trend}
        heightPx={22}
        limit={target}
        limitTone="muted"
        shadesGaps={false}
        label={t('kpis.trend', { label, count: trend.length })}
      />
    );
  }
  if (target === null || value === null || target <= 0) return null;
  const full = unit === 'ratio' && value <= 1 && target <= 1 ? 1 : Math.max(value, target) * 1.15;
  return <TargetBar ratio={value / full} targetRatio={target / full} />;
}
