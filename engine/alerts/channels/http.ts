/** Tells of alerts over HTTP: Slack's incoming webhooks, and a signed webhook for everything else. */
import { createHmac } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { EngineError, messageOf } from '../../base/errors.ts';
import { type AlertMessage, worstSeverity } from '../message.ts';
import type { NotificationChannel } from '../ports.ts';

/** Slack's URL is its secret. Source: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks */
export function slackChannel(url: string): NotificationChannel {
  return {
    send: (message, signal) =>
      post({ url, name: 'Slack', body: slackBody(message), headers: { 'content-type': 'application/json' }, signal }),
  };
}

const slackTextMax = 2_900;

function slackBody({ title, text }: AlertMessage): string {
  const cut = text.length > slackTextMax ? `${text.slice(0, slackTextMax)}…` : text;
  return JSON.stringify({
    text: slackText(title),
    blocks: [
      { type: 'section', text: { type: 'mrkdwn', text: `*${slackText(title)}*` } },
      { type: 'section', text: { type: 'plain_text', text: cut, emoji: false } },
    ],
  });
}

/** Source: https://docs.slack.dev/messaging/formatting-message-text: these three begin markup. */
function slackText(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/**
 * A JSON document a message, signed as the engine's own webhook expects it: HMAC-SHA256 over "<seconds>.<body>".
 * `Idempotency-Key` is the same at every repetition of one message.
 */
export function webhookChannel(url: string, secret: string | null, clock: Clock): NotificationChannel {
  return {
    send(message, signal) {
      const body = webhookBody(message);
      const seconds = String(Math.floor(clock.now() / 1_000));
      const signature =
        secret === null ? null : createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
      return post({
        url,
        name: new URL(url).host,
        body,
        signal,
        headers: {
          'content-type': 'application/json',
          'idempotency-key': message.id,
          'x-vigia-timestamp': seconds,
          ...(signature === null ? {} : { 'x-vigia-signature': `sha256=${signature}` }),
        },
      });
    },
  };
}

/** What a program is told: by the webhook as its body, by a command on its standard input. */
export function webhookBody(message: AlertMessage): string {
  const { id, kind, isRepeat, title, text, alerts } = message;
  return JSON.stringify({
    format: 'vigia-alerts',
    version: 1,
    id,
    kind,
    isRepeat,
    severity: worstSeverity(alerts),
    title,
    text,
    alerts,
  });
}

interface Post {
  readonly url: string;
  /** What errors call the receiver: never a URL with a secret in it. */
  readonly name: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
}

async function post({ url, name, body, headers, signal }: Post): Promise<void> {
  let response: Response;
  try {
    response = await fetch(url, { method: 'POST', body, headers, signal, redirect: 'manual' });
  } catch (error) {
    const cause = error instanceof Error && error.cause !== undefined ? `: ${messageOf(error.cause)}` : '';
    throw new EngineError('ALERT_SEND_FAILED', `${name} could not be reached${cause}`);
  }
  const answer = (await response.text().catch(() => '')).slice(0, 200);
  if (response.ok) return;
  throw new EngineError('ALERT_SEND_FAILED', `${name} answered ${response.status} ${answer}`.trim(), {
    details: { retryAfterMs: retryAfterMs(response.headers.get('retry-after')) },
  });
}

/** Seconds only; a receiver that names a date gets the usual waits. */
function retryAfterMs(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}
