/** The Alerts page's types, and how states and values of rules are shown. */
import type { TFunction } from 'i18next';
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import { kpiUnit } from '../../../shared/kpi-units.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes, type Quantity } from '../../format/numbers.ts';
import type { Format } from '../../format/use-format.ts';
import { alertChannelsEn } from '../../i18n/alert-channels-en.ts';
import { alertRulesEn } from '../../i18n/alert-rules-en.ts';
import { kpisEn } from '../../i18n/kpis-en.ts';
import type { StateKind } from '../../ui/State.tsx';

export type AlertStatus = CallOutput<'alerts.now'>['alerts'][number];
export type AlertState = AlertStatus['state'];
export type Severity = AlertStatus['rule']['severity'];
export type Transition = CallOutput<'alerts.history'>['transitions'][number];
export type Rule = AlertStatus['rule'];
export type Signal = Rule['signal'];
export type Hours = NonNullable<Rule['activeHours']>;
export type RuleView = CallOutput<'alerts.rules.list'>['rules'][number];
export type RuleDraft = CallInput<'alerts.rules.save'>;
export type RulePreview = CallOutput<'alerts.rules.preview'>;
export type SignalInfo = CallOutput<'alerts.signals'>['signals'][number];
export type Silence = CallOutput<'alerts.silences.list'>['silences'][number];
export type Matcher = Silence['matchers'][number];

export type Channel = CallOutput<'alerts.channels.list'>['channels'][number];
export type AlertFigures = CallOutput<'alerts.figures'>;
export type RuleFigures = AlertFigures['rules'][number];
export type AlertDetail = CallOutput<'alerts.transition'>;
export type Gap = CallOutput<'alerts.gaps'>['gaps'][number];
export type ChannelKind = Channel['settings']['kind'];
export type ChannelDraft = CallInput<'alerts.channels.save'>;
export type Delivery = CallOutput<'alerts.channels.deliveries'>['deliveries'][number];

/** By its id; null where it is there no more. */
export function channelNameOf(t: TFunction, channels: readonly Channel[], channelId: string): string | null {
  const channel = channels.find(({ id }) => id === channelId);
  return channel === undefined ? null : channelName(t, channel);
}

/** The desktop comes without a name of its own until somebody gives it one. */
export function channelName(t: TFunction, { name, settings }: Pick<Channel, 'name' | 'settings'>): string {
  return settings.kind === 'desktop' && name === alertChannelsEn.kind.desktop ? t('alertChannels.kind.desktop') : name;
}

export const channelKinds = ['desktop', 'email', 'slack', 'webhook', 'command'] as const satisfies ChannelKind[];

export const tabs = ['now', 'history', 'rules', 'silences', 'channels'] as const;

export const alertStates = [
  'inactive',
  'pending',
  'firing',
  'resolved',
  'noData',
  'error',
] as const satisfies AlertState[];

export const severities = ['info', 'warning', 'critical'] as const satisfies Severity[];

export const stateKinds: Record<AlertState, StateKind> = {
  inactive: 'fresh',
  resolved: 'fresh',
  pending: 'stale',
  firing: 'failed',
  noData: 'unknown',
  error: 'failed',
};

export const severityKinds: Record<Severity, StateKind> = {
  info: 'unknown',
  warning: 'stale',
  critical: 'failed',
};

/** From here on minutes are read more easily than seconds. */
const longMs = 90_000;

/** The unit is in the signal's name (ratio, ms, bytes, count), or that of the KPI. */
export function showSignal(format: Format, signal: Signal | null, value: number): string {
  const unit = kpiUnit(signal);
  if (unit !== null) return withUnit(format.limit(value, unit));
  if (signal?.endsWith('_ratio') === true) return `${format.limit(value, 'ratio').text} %`;
  if (signal?.endsWith('_ms') === true && value >= longMs) return longDuration(format, value);
  if (signal?.endsWith('_ms') === true)
    return value >= 1_000
      ? `${format.number(value / 1_000, value % 1_000 === 0 ? 0 : 1)} s`
      : `${format.number(value, value > 0 && value < 10 ? 1 : 0)} ms`;
  if (signal?.endsWith('_bytes') === true) return formatBytes(format.language, value);
  return format.number(value, Number.isInteger(value) ? 0 : 2);
}

/** Under two hours to a tenth of a minute, since a threshold is not to be rounded away. */
function longDuration(format: Format, value: number): string {
  if (value >= 120 * 60_000) return formatDuration(value);
  return `${format.number(value / 60_000, value % 60_000 === 0 ? 0 : 1)} min`;
}

function withUnit({ text, unit }: Quantity): string {
  return unit === '' ? text : `${text} ${unit}`;
}

/** In words; a name that nobody gave words to stands for itself. */
export function signalName(t: TFunction, signal: string): string {
  const key = signal.replaceAll('.', '_');
  if (isKeyOf(alertRulesEn.signal, key)) return t(`alertRules.signal.${key}`);
  const kpi = kpiName(t, signal);
  if (kpi !== signal) return t('alertRules.kpi', { label: kpi });
  const section = /^section\.(.+)\.age_ms$/.exec(signal)?.[1];
  if (section !== undefined) return t('alertRules.sectionAge', { name: section });
  const schedule = /^schedule\.(.+)\.missed_count$/.exec(signal)?.[1];
  return schedule === undefined ? signal : t('alertRules.scheduleMissed', { name: schedule });
}

/** A KPI's own name; anything else stands for itself. */
export function kpiName(t: TFunction, signal: string): string {
  const kpi = signal.startsWith('kpi.') ? signal.slice('kpi.'.length) : '';
  return isKeyOf(kpisEn, kpi) ? t(`kpi.${kpi}.label`) : signal;
}

function isKeyOf<Texts extends object>(texts: Texts, key: string): key is Extract<keyof Texts, string> {
  return Object.hasOwn(texts, key);
}

/** "Mon, Tue" in the language, from 1 for Monday. */
export function dayName(language: string, day: number): string {
  // 1 January 2024 was a Monday.
  return new Intl.DateTimeFormat(language, { weekday: 'short', timeZone: 'UTC' }).format(Date.UTC(2024, 0, day));
}

/** Exactly, in the largest unit that divides it: "90 s", "5 min", "2 h". */
export function durationText(ms: number): string {
  const unit = units.find(([, unitMs]) => ms !== 0 && ms % unitMs === 0) ?? (['s', 1_000] as const);
  return `${ms / unit[1]} ${unit[0]}`;
}

const units = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
  ['s', 1_000],
  ['ms', 1],
] as const;

/** What {@link durationText} writes, in milliseconds; null when it is no time. A number alone is seconds. */
export function durationMs(text: string): number | null {
  const match = /^\s*(\d+(?:[.,]\d+)?)\s*(ms|s|min|m|h|d)?\s*$/i.exec(text);
  if (!match) return null;
  const name = (match[2] ?? 's').toLowerCase();
  const unitMs = units.find(([unit]) => unit === (name === 'm' ? 'min' : name))?.[1] ?? 1_000;
  return Math.round(Number((match[1] ?? '').replace(',', '.')) * unitMs);
}
