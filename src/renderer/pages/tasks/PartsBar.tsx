/** A queue's backlog as a bar of its parts; the same numbers in words for those who cannot see it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { type QueuePart, queueParts } from './tasks-model.ts';

interface PartsBarProps {
  readonly parts: Readonly<Record<QueuePart, number>>;
  /** What fills the whole width. */
  readonly most: number;
}

export function PartsBar({ parts, most }: PartsBarProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const there = queueParts.filter((part) => parts[part] > 0);
  const sum = there.reduce((total, part) => total + parts[part], 0);
  const words = there.map((part) => `${t(`celery.parts.${part}`)} ${format.number(parts[part])}`).join(' · ');
  return (
    <div className="parts-box">
      <div className="parts-bar" aria-hidden="true" title={words}>
        <span style={{ width: `${(sum / most) * 100}%` }}>
          {there.map((part) => (
            <i key={part} className={`part-${part}`} style={{ flexGrow: parts[part] }} />
          ))}
        </span>
      </div>
      <span className="sub num">{there.length === 0 ? t('celery.emptyQueue') : words}</span>
    </div>
  );
}

export function PartsLegend(): ReactElement {
  const { t } = useTranslation();
  return (
    <ul className="parts-legend">
      {queueParts.map((part) => (
        <li key={part} title={t(`celery.partMeans.${part}`)}>
          <i className={`part-${part}`} aria-hidden="true" />
          {t(`celery.parts.${part}`)}
        </li>
      ))}
    </ul>
  );
}
