/** Tells of alerts by e-mail, text and HTML, over SMTP with TLS. */
import { createTransport } from 'nodemailer';
import { EngineError, messageOf } from '../../base/errors.ts';
import type { ChannelSettings } from '../../model/alert-channel.ts';
import type { AlertMessage } from '../message.ts';
import { type NotificationChannel, sendDeadlineMs } from '../ports.ts';

type EmailSettings = Extract<ChannelSettings, { kind: 'email' }>;

/** One connection a message: alerts are rare, and a kept connection is dead when it is needed. */
export function emailChannel(settings: EmailSettings, password: string | null): NotificationChannel {
  return {
    async send(message, signal) {
      const transport = createTransport({
        host: settings.host,
        port: settings.port,
        secure: settings.security === 'tls',
        requireTLS: settings.security === 'starttls',
        ignoreTLS: settings.security === 'none',
        ...(settings.username === null ? {} : { auth: { user: settings.username, pass: password ?? '' } }),
        tls: { ...(settings.ca === null ? {} : { ca: settings.ca }), minVersion: 'TLSv1.2' },
        connectionTimeout: sendDeadlineMs,
        greetingTimeout: sendDeadlineMs,
        socketTimeout: sendDeadlineMs,
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      const stop = (): void => transport.close();
      signal.addEventListener('abort', stop, { once: true });
      try {
        await transport.sendMail(mailOf(settings, message));
      } catch (error) {
        throw new EngineError('ALERT_SEND_FAILED', `${settings.host}:${settings.port}: ${messageOf(error)}`);
      } finally {
        signal.removeEventListener('abort', stop);
        transport.close();
      }
    },
  };
}

function mailOf({ from, to }: EmailSettings, { id, title, text, html, alerts }: AlertMessage) {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  return {
    from,
    to: [...to],
    subject: title,
    text,
    html,
    // The same at a repetition: a server or a reader that knows it drops the second one.
    messageId: `<${id}@${domain}>`,
    headers: {
      'Auto-Submitted': 'auto-generated',
      'X-Vigia-Rules': [...new Set(alerts.map(({ ruleId }) => ruleId))].join(', ').slice(0, 900),
    },
  };
}
