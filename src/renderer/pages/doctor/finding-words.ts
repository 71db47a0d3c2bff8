/** What a finding says in the reader's language, with its evidence formatted; English comes from the engine. */
import type { CallOutput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import type { Format } from '../../format/use-format.ts';
import type { Speak } from '../../format/use-said.ts';
import { checkTitlesEs, evidenceNamesEs, findingsEs, subjectNamesEs } from '../../i18n/doctor-findings-es.ts';
import { fixesEs } from '../../i18n/doctor-fixes-es.ts';
import { causeStepsEs, signWhyEs, unexplainedEs } from '../../i18n/doctor-signs-es.ts';
import { workFindingsEs } from '../../i18n/doctor-work-es.ts';

export type Finding = CallOutput<'doctor.run'>['findings'][number];
export type FixPlan = NonNullable<Finding['fix']>;
export type Evidence = Finding['evidence'][number];

export interface FindingWords {
  readonly title: string;
  readonly why: string;
  readonly steps: readonly string[];
}

/** A kind of finding without a translation speaks English. */
export function wordsOf(finding: Finding, format: Format, speak: Speak): FindingWords {
  if (format.language !== 'es') return finding;
  const kind = `${finding.checkId}/${finding.code}`;
  const said = findingsEs[kind] ?? workFindingsEs[kind];
  if (said === undefined) return signWords(finding, speak);
  const values = new Map(finding.evidence.map((one) => [one.name, valueOf(one, format)]));
  const filled = (text: string): string =>
    text.replaceAll(/\{(\w+)\}/g, (_all, name: string) =>
      name === 'name' ? finding.subject.name : (values.get(name) ?? '–'),
    );
  return { title: filled(said.title), why: filled(said.why), steps: said.steps.map(filled) };
}

/** Findings of signs: the title is made of the causes' own sentences. */
function signWords(finding: Finding, speak: Speak): FindingWords {
  const { checkId, code, title, titleSaid = [] } = finding;
  const why = signWhyEs[checkId];
  if (why === undefined) return finding;
  const said = titleSaid.map((one) => speak(one, '')).filter((one) => one !== '');
  return {
    title: said.length === 0 ? title : capitalised(said.join(': ')),
    why,
    steps: causeStepsEs[code] ?? (code.endsWith('_unexplained') ? unexplainedEs : finding.steps),
  };
}

function capitalised(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

export interface FixWords {
  readonly title: string;
  readonly note: string | null;
}

/** What a fix does; a kind of finding whose fix has no translation speaks English. @param findingId as `check/subject/code…` */
export function fixWordsOf(findingId: string, fix: FixPlan, format: Format): FixWords {
  const [checkId = '', , code = ''] = findingId.split('/');
  const said = format.language === 'es' ? fixesEs[`${checkId}/${code}`] : undefined;
  if (said === undefined) return fix;
  const value = fix.commands.at(-1)?.words.at(-1) ?? '';
  const filled = (text: string): string =>
    text.replace('{value}', value).replace('{bytes}', () => formatBytes(format.language, Number(value)));
  return { title: filled(said.title), note: filled(said.note) };
}

/** Connections have names of their own; what belongs to the console is called as its pages are. */
export function subjectNameOf({ kind, id, name }: Finding['subject'], format: Format): string {
  return (format.language === 'es' ? subjectNamesEs[`${kind}/${id}`] : undefined) ?? name;
}

export function checkTitleOf(checkId: string, title: string, format: Format): string {
  return (format.language === 'es' ? checkTitlesEs[checkId] : undefined) ?? title;
}

export function evidenceNameOf({ name }: Evidence, format: Format): string {
  return (
    (format.language === 'es' ? evidenceNamesEs[name] : undefined) ??
    name.replace(/_(bytes|ms|per_s)$/, '').replaceAll('_', ' ')
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
