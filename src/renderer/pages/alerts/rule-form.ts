/** What is typed about a rule, what it means, and what is wrong with it, field by field. */
import { kpiUnit } from '../../../shared/kpi-units.ts';
import { durationMs, durationText, type Rule, type RuleDraft } from './alerts-model.ts';
import { type HoursForm, hoursFormOf, hoursOf, hoursProblem } from './hours-form.ts';

export interface RuleForm {
  readonly title: string;
  readonly signal: string;
  readonly severity: Rule['severity'];
  readonly enabled: boolean;
  readonly comparison: Rule['comparison'];
  readonly threshold: string;
  readonly clearThreshold: string;
  readonly aggregate: Rule['aggregate'];
  readonly windowMs: string;
  readonly minimumCount: string;
  readonly forMs: string;
  readonly keepFiringForMs: string;
  readonly onMissing: Rule['onMissing'];
  readonly missingForMs: string;
  readonly onBroken: Rule['onBroken'];
  readonly labels: string;
  readonly runbook: string;
  readonly inhibitedBy: readonly string[];
  /** Null: always judged. */
  readonly activeHours: HoursForm | null;
}

/** The keys of `alertRules.problem`, and those of the hours. */
export type RuleProblem =
  | 'title'
  | 'signal'
  | 'number'
  | 'count'
  | 'duration'
  | 'window'
  | 'clearAbove'
  | 'clearBelow'
  | 'labels';

export type RuleProblems = { readonly [Field in keyof RuleForm]?: RuleProblem };

const longestMs = 7 * 86_400_000;
const signalPattern = /^[a-z]+(\.[a-z0-9_]+)+$/;

export const emptyRuleForm: RuleForm = {
  title: '',
  signal: '',
  severity: 'warning',
  enabled: true,
  comparison: 'above',
  threshold: '',
  clearThreshold: '',
  aggregate: 'mean',
  windowMs: '5 min',
  minimumCount: '3',
  forMs: '2 min',
  keepFiringForMs: '1 min',
  onMissing: 'noData',
  missingForMs: '0 s',
  onBroken: 'error',
  labels: '',
  runbook: '',
  inhibitedBy: [],
  activeHours: null,
};

const kpiUnits = {
  ratio: { name: '%', factor: 0.01 },
  days: { name: 'days', factor: 1 },
  CLP: { name: 'MM', factor: 1_000_000 },
  score: { name: '/ 100', factor: 1 },
  count: { name: '', factor: 1 },
} as const;

/** A threshold is typed in the unit it is read in: a ratio in percent, bytes in megabytes, pesos in millions. */
export function unitOf(signal: string): { readonly name: string; readonly factor: number } {
  const kpi = kpiUnit(signal);
  if (kpi !== null) return kpiUnits[kpi];
  if (signal.endsWith('_ratio')) return { name: '%', factor: 0.01 };
  if (signal.endsWith('_ms')) return { name: 'ms', factor: 1 };
  if (signal.endsWith('_bytes')) return { name: 'MB', factor: 1_048_576 };
  return { name: '', factor: 1 };
}

export function ruleFormOf(rule: Rule): RuleForm {
  const { factor } = unitOf(rule.signal);
  const typed = (value: number): string => String(Number((value / factor).toPrecision(12)));
  return {
    ...emptyRuleForm,
    title: rule.title,
    signal: rule.signal,
    severity: rule.severity,
    enabled: rule.enabled,
    comparison: rule.comparison,
    threshold: typed(rule.threshold),
    clearThreshold: typed(rule.clearThreshold),
    aggregate: rule.aggregate,
    windowMs: durationText(rule.windowMs),
    minimumCount: String(rule.minimumCount),
    forMs: durationText(rule.forMs),
    keepFiringForMs: durationText(rule.keepFiringForMs),
    onMissing: rule.onMissing,
    missingForMs: durationText(rule.missingForMs),
    onBroken: rule.onBroken,
    labels: Object.entries(rule.labels)
      .map(([name, value]) => `${name}=${value}`)
      .join('\n'),
    runbook: rule.runbook ?? '',
    inhibitedBy: rule.inhibitedBy,
    activeHours: rule.activeHours === null ? null : hoursFormOf(rule.activeHours),
  };
}

export function problemsOf(form: RuleForm): RuleProblems {
  const number = numberOf(form.threshold);
  const clear = form.clearThreshold.trim() === '' ? number : numberOf(form.clearThreshold);
  const windowMs = durationMs(form.windowMs);
  const found: { [Field in keyof RuleForm]: RuleProblem | false } = {
    ...allWell,
    title: (form.title.trim() === '' || form.title.trim().length > 200) && 'title',
    signal: !signalPattern.test(form.signal.trim()) && 'signal',
    threshold: number === null && 'number',
    clearThreshold: clearProblem(form.comparison, number, clear),
    windowMs: (windowMs === null || windowMs < 1_000 || windowMs > longestMs) && 'window',
    minimumCount: !/^[1-9]\d{0,8}$/.test(form.minimumCount.trim()) && 'count',
    forMs: isNoDuration(form.forMs) && 'duration',
    keepFiringForMs: isNoDuration(form.keepFiringForMs) && 'duration',
    missingForMs: isNoDuration(form.missingForMs) && 'duration',
    labels: labelsOf(form.labels) === null && 'labels',
  };
  return Object.fromEntries(Object.entries(found).filter(([, problem]) => problem !== false));
}

/** Null while a field is wrong. An empty clear threshold is the threshold. */
export function ruleDraftOf(form: RuleForm, id: string | undefined): RuleDraft | null {
  const labels = labelsOf(form.labels);
  const hours = form.activeHours;
  if (Object.keys(problemsOf(form)).length > 0 || labels === null) return null;
  if (hours !== null && hoursProblem(hours) !== null) return null;
  const { factor } = unitOf(form.signal.trim());
  const meant = (text: string): number => Number(((numberOf(text) ?? 0) * factor).toPrecision(12));
  return {
    ...(id === undefined ? {} : { id }),
    title: form.title.trim(),
    signal: form.signal.trim() as RuleDraft['signal'],
    severity: form.severity,
    enabled: form.enabled,
    comparison: form.comparison,
    threshold: meant(form.threshold),
    clearThreshold: meant(form.clearThreshold.trim() === '' ? form.threshold : form.clearThreshold),
    aggregate: form.aggregate,
    windowMs: durationMs(form.windowMs) ?? 0,
    minimumCount: Number(form.minimumCount),
    forMs: durationMs(form.forMs) ?? 0,
    keepFiringForMs: durationMs(form.keepFiringForMs) ?? 0,
    onMissing: form.onMissing,
    missingForMs: durationMs(form.missingForMs) ?? 0,
    onBroken: form.onBroken,
    labels,
    runbook: form.runbook.trim() === '' ? null : form.runbook.trim(),
    inhibitedBy: [...form.inhibitedBy],
    activeHours: hours === null ? null : hoursOf(hours),
  };
}

const allWell = Object.fromEntries(Object.keys(emptyRuleForm).map((field) => [field, false])) as {
  [Field in keyof RuleForm]: false;
};

function clearProblem(
  comparison: Rule['comparison'],
  threshold: number | null,
  clear: number | null,
): RuleProblem | false {
  if (clear === null) return threshold !== null && 'number';
  if (threshold === null) return false;
  if (comparison === 'above') return clear > threshold && 'clearAbove';
  return clear < threshold && 'clearBelow';
}

function numberOf(text: string): number | null {
  const plain = text.trim().replace(',', '.');
  return plain === '' || !Number.isFinite(Number(plain)) ? null : Number(plain);
}

function isNoDuration(text: string): boolean {
  const ms = durationMs(text);
  return ms === null || ms > longestMs;
}

function labelsOf(text: string): Record<string, string> | null {
  const labels: Record<string, string> = {};
  for (const line of text.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const match = /^([a-z_][a-z0-9_]{0,49})\s*=\s*(.{0,200})$/.exec(line);
    if (match?.[1] === undefined) return null;
    labels[match[1]] = match[2] ?? '';
  }
  return labels;
}
