/** What a finding says in the reader's language, with its evidence formatted; English comes from the engine. */
import type { CallOutput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import type { Format } from '../../format/use-format.ts';
import { checkTitlesEs, evidenceNamesEs, findingsEs } from '../../i18n/doctor-findings-es.ts';
import { workFindingsEs } from '../../i18n/doctor-work-es.ts';

export type Finding = CallOutput<'doctor.run'>['findings'][number];
export type Evidence = Finding['evidence'][number];

export interface FindingWords {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

/** A kind of finding without a translation speaks English. */
export function wordsOf(finding: Finding, format: Format): FindingWords {
  const kind = `${finding.checkId}/${finding.code}`;
  const said = format.language === 'es' ? (findingsEs[kind] ?? workFindingsEs[kind]) : undefined;
  if (said === undefined) return finding;
  const values = new Map(finding.evidence.map((one) => [one.name, valueOf(one, format)]));
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      name === 'name' ? finding.subject.name : (values.get(name) ?? '–'),
    );
  return { title: filled(said.title), why: filled(said.why), steps: said.steps.map(filled) };
}

export function checkTitleOf(checkId: string, title: string, format: Format): string {
  return (format.language === 'es' ? checkTitlesEs[checkId] : undefined) ?? title;
}

export function evidenceNameOf({ name }: Evidence, format: Format): string {
  return (
    (format.language === 'es' ? evidenceNamesEs[name] : undefined) ??
    name.replace(/_(bytes|ms)$/, '').replaceAll('_', ' ')
  );
}

export function valueOf({ value, unit }: Evidence, format: Format): string {
  if (typeof value === 'string') return value;
  switch (unit) {
    case 'bytes':
      return formatBytes(format.language, value);
    case 'ratio':
      return `${format.number(value * 100, 1)} %`;
    case 'ms':
      return Math.abs(value) < 10_000
        ? `${format.number(value, Math.abs(value) < 10 ? 1 : 0)} ms`
        : `${value < 0 ? '−' : ''}${formatDuration(Math.abs(value))}`;
    case 'perS':
      return `${format.number(value, 1)}/s`;
    case 'time':
      return format.exactMoment(value);
    case 'count':
    case 'text':
      return format.number(value, Number.isInteger(value) ? 0 : 2);
  }
}
