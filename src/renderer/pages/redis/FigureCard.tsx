/** One signal of a server: its figure now, what stands beside it, and its line over the chosen time. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TimeSeries } from '../../ui/charts/time-series.ts';
import { Sparkline } from '../../ui/Sparkline.tsx';
import { State } from '../../ui/State.tsx';
import type { Verdict } from './redis-model.ts';
import type { Past } from './use-history.ts';

export interface Fact {
  readonly name: string;
  readonly value: ReactNode;
  readonly title?: string;
}

interface FigureCardProps {
  readonly id: string;
  readonly label: string;
  /** Null: no figure, with the reason in `note`. */
  readonly value: string | null;
  /** Beside the value: its unit, or what it is out of. */
  readonly note?: ReactNode;
  readonly facts: readonly Fact[];
  readonly line: TimeSeries | null;
  /** The time that the line stands in. */
  readonly past: Past;
  readonly verdict?: Verdict | null;
  /** The server is away or the engine is: everything here is of the last look. */
  readonly isLastKnown: boolean;
}

export function FigureCard(props: FigureCardProps): ReactElement {
  const { id, label, value, note, facts, line, past, verdict = null, isLastKnown } = props;
  const { t } = useTranslation();
  return (
    <div className="card figure-card" role="group" aria-label={label} data-testid={`figure-${id}`}>
      <div className="figure-head">
        <h3 title={label}>{label}</h3>
        {isLastKnown ? (
          <State kind="expired" word={t('state.lastKnown')} />
        ) : (
          verdict !== null && <State kind={verdict.kind} word={t(`redis.verdict.${verdict.word}`)} />
        )}
      </div>
      <div className="figure-value">
        <b className={value === null ? 'none' : ''}>{value ?? t('state.noData')}</b>
        {note !== undefined && <span className="sub">{note}</span>}
      </div>
      <div className="figure-line">
        {line !== null && line.points.some((point) => point.value !== null) && (
          <Sparkline
            values={line.points.map((point) => point.value)}
            positions={positionsOf(line, past)}
            // What is missing in one line may be so for lack of reads: the charts say where nobody looked.
            shadesGaps={id !== 'hit-rate'}
            heightPx={26}
            fromZero
            label={t('redis.lineOf', { label })}
          />
        )}
      </div>
      <dl>
        {facts.map((fact) => (
          <div key={fact.name} title={fact.title}>
            <dt>{fact.name}</dt>
            <dd>{fact.value}</dd>
          </div>
        ))}
      </dl>
    </div>
  );
}

/** Where each value stands in the chosen time, so that a gap is as wide as it was long. */
function positionsOf({ points }: TimeSeries, { fromMs, toMs }: Past): number[] {
  const spanMs = toMs - fromMs || 1;
  return points.map(({ atMs }) => Math.min(1, Math.max(0, (atMs - fromMs) / spanMs)));
}
