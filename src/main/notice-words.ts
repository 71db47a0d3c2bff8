/** Puts what the engine tells of alerts into the words of a notification, in the language of the console. */
import { type AlertLanguage, alertTitle, evidenceWords } from '../shared/alert-words.ts';
import type { DesktopTexts } from './texts.ts';

/** What the engine tells; see `DesktopNotification` of the engine. */
export interface AlertNotice {
  /** By a template of the user's; null: worded here. */
  readonly title: string | null;
  readonly kind: 'alerts' | 'test';
  readonly isRepeat: boolean;
  /** Oldest first. */
  readonly alerts: readonly NoticeAlert[];
}

type NoticeAlert = { readonly ruleId: string; readonly title: string; readonly to: string } & Parameters<
  typeof evidenceWords
>[1];

/** What a notification of the system shows. */
export interface WordedNotice {
  readonly title: string;
  readonly body: string;
  /** Null when it is of several alerts at once. */
  readonly ruleId: string | null;
  /** Fires now, so that there is something to acknowledge. */
  readonly isFiring: boolean;
}

/** More lines are cut off by most systems. */
const shownTitles = 4;

export function wordedNotice(notice: AlertNotice, language: AlertLanguage, texts: DesktopTexts): WordedNotice {
  const { alerts, kind } = notice;
  const newest = alerts.at(-1);
  const isOfOne = newest !== undefined && alerts.every(({ ruleId }) => ruleId === newest.ruleId);
  return {
    title: notice.title ?? titleOf(notice, language, texts),
    body: isOfOne ? evidenceWords(language, newest) : listOf(alerts, language, texts),
    ruleId: isOfOne && kind === 'alerts' ? newest.ruleId : null,
    isFiring: isOfOne && kind === 'alerts' && newest.to === 'firing',
  };
}

function titleOf({ alerts, kind, isRepeat }: AlertNotice, language: AlertLanguage, texts: DesktopTexts): string {
  const [only] = alerts;
  const start = kind === 'test' ? texts.test : isRepeat ? texts.still : '';
  if (only === undefined) return `${start}${texts.nothingToTell}`;
  if (alerts.length === 1) return `${start}${named(only, language, texts)}`;
  const firing = alerts.filter(({ to }) => to === 'firing').length;
  return `${start}${texts.several(alerts.length, firing, alerts.length - firing)}`;
}

function listOf(alerts: readonly NoticeAlert[], language: AlertLanguage, texts: DesktopTexts): string {
  const lines = alerts.toReversed().map((alert) => named(alert, language, texts));
  const rest = lines.length - shownTitles;
  return [...lines.slice(0, shownTitles), ...(rest > 0 ? [texts.more(rest)] : [])].join('\n');
}

function named({ to, title }: NoticeAlert, language: AlertLanguage, texts: DesktopTexts): string {
  const words = alertTitle(language, title);
  return to === 'firing' ? words : `${texts.resolved}${words}`;
}
