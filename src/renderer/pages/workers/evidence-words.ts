/** The verdict on a Celery worker and what it rests on, in the language of the page. */
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { celeryWorkerEn } from '../../i18n/celery-worker-en.ts';
import type { CeleryWorker } from './worker-rows.ts';

type EvidenceCode = keyof typeof celeryWorkerEn.evidence;

/** The verdict first, then a line for each piece of evidence. */
export function useCeleryWords(): (worker: CeleryWorker) => string[] {
  const { t, i18n } = useTranslation();
  return (worker) => {
    // The engine's own English sentence has the figures of the moment in it.
    if (i18n.language === 'en') return [worker.words, ...worker.evidence.map(({ words }) => words)];
    const lines = worker.evidence.map(({ code, values, words }) =>
      isKnown(code) ? t(`workers.node.evidence.${code}`, shown(values)) : words,
    );
    return [t(`workers.node.reason.${worker.reason}`), ...lines];
  };
}

function isKnown(code: string): code is EvidenceCode {
  return code in celeryWorkerEn.evidence;
}

function shown(values: CeleryWorker['evidence'][number]['values']): Record<string, string | number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => {
      if (value === null) return [name, '—'];
      return [name, typeof value === 'number' && name.endsWith('Ms') ? formatDuration(Math.abs(value)) : value];
    }),
  );
}
