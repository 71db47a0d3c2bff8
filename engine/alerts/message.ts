/** Puts alerts into words for a channel: title, text and HTML, from its own templates or the built-in ones. */
import type { AlertTransition, Severity } from '../model/alert.ts';
import type { ChannelPreview, ChannelTemplates } from '../model/alert-channel.ts';
import { escapeHtml, fillTemplate, parseTemplate, type TemplateValues } from './template.ts';

/** What a channel is handed. */
export interface AlertMessage extends ChannelPreview {
  /** The same at every repetition of one message: a receiver that got it twice can tell. */
  readonly id: string;
  readonly kind: 'alerts' | 'test';
  /** Told before, and still so. */
  readonly isRepeat: boolean;
  /** Oldest first. */
  readonly alerts: readonly AlertTransition[];
}

const severities: readonly Severity[] = ['info', 'warning', 'critical'];

export function severityRank(severity: Severity): number {
  return severities.indexOf(severity);
}

/** The worst of what begins; of nothing that begins, the worst of all. */
export function worstSeverity(alerts: readonly AlertTransition[]): Severity {
  const firing = alerts.filter(({ to }) => to === 'firing');
  const ranks = (firing.length > 0 ? firing : alerts).map(({ severity }) => severityRank(severity));
  return severities[Math.max(0, ...ranks)] ?? 'info';
}

const defaultTitle = '{{summary}}';
const defaultText = `{{#if intro}}{{intro}}

{{/if}}{{#each alerts}}{{word}} ({{severity}}): {{title}}
  {{evidence}}{{#if cause}}
  because of: {{cause}}{{/if}}{{#if why}}
  probable cause: {{why}}{{/if}}
  {{at}} · rule {{rule}}

{{/each}}`;
const defaultHtml = `<!doctype html>
<html><body style="font:14px/1.5 sans-serif">
{{#if intro}}<p>{{intro}}</p>
{{/if}}{{#each alerts}}<p><b>{{word}}</b> ({{severity}}): <b>{{title}}</b><br>{{evidence}}{{#if why}}<br>Probable cause: {{why}}{{/if}}<br>
<small>{{at}} · rule {{rule}}</small></p>
{{/each}}</body></html>
`;

type MessageParts = Pick<AlertMessage, 'id' | 'kind' | 'isRepeat' | 'alerts'>;

/** @throws EngineError ALERT_TEMPLATE_INVALID */
export function composeMessage(parts: MessageParts, templates: ChannelTemplates): AlertMessage {
  const values = valuesOf(parts);
  const plain = (text: string): string => text;
  return {
    ...parts,
    // A line break in a subject or a desktop title would end it.
    title: fillTemplate(parseTemplate(templates.title ?? defaultTitle), values, plain)
      .replaceAll(/\s+/g, ' ')
      .trim(),
    text: fillTemplate(parseTemplate(templates.text ?? defaultText), values, plain).trimEnd(),
    html: fillTemplate(parseTemplate(templates.html ?? defaultHtml), values, escapeHtml),
  };
}

function valuesOf({ kind, isRepeat, alerts }: MessageParts): TemplateValues {
  return {
    summary: summaryOf(kind, isRepeat, alerts),
    intro: introOf(kind, isRepeat),
    severity: worstSeverity(alerts),
    count: String(alerts.length),
    firingCount: String(alerts.filter(({ to }) => to === 'firing').length),
    alerts: alerts.map((alert) => ({
      word: alert.to === 'firing' ? 'Firing' : 'Resolved',
      title: alert.title,
      severity: alert.severity,
      evidence: alert.evidence,
      at: new Date(alert.atMs).toISOString(),
      rule: alert.ruleId,
      cause: alert.cause ?? '',
      why: alert.chain.map(({ words }) => words).join(' ← '),
      value: alert.value === null ? '' : String(alert.value),
      threshold: String(alert.threshold),
    })),
  };
}

function introOf(kind: AlertMessage['kind'], isRepeat: boolean): string {
  if (kind === 'test') return 'This is a test of the channel; nothing has happened.';
  return isRepeat ? 'Told before, and nobody has acknowledged it yet.' : '';
}

function summaryOf(kind: AlertMessage['kind'], isRepeat: boolean, alerts: readonly AlertTransition[]): string {
  const [only] = alerts;
  const start = kind === 'test' ? 'Test: ' : isRepeat ? 'Still: ' : '';
  if (only === undefined) return `${start}nothing to tell`;
  if (alerts.length === 1) return `${start}${only.to === 'firing' ? '' : 'Resolved: '}${only.title}`;
  const firing = alerts.filter(({ to }) => to === 'firing').length;
  const resolved = alerts.length - firing;
  const counts = [firing > 0 ? `${firing} firing` : null, resolved > 0 ? `${resolved} resolved` : null];
  return `${start}${alerts.length} alerts: ${counts.filter((part) => part !== null).join(', ')}`;
}
