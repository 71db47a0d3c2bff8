/** The channels as the user set them up: kept in the local store, their secrets in the vault, opened to send. */
import { isAbsolute } from 'node:path';
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import type { AlertTransition } from '../model/alert.ts';
import {
  type AlertChannel,
  alertChannelSchema,
  type ChannelDraft,
  type ChannelPreview,
  type ChannelTest,
  type ChannelView,
} from '../model/alert-channel.ts';
import type { NewDelivery, OutboxFigures } from '../store/notification-store.ts';
import { commandChannel } from './channels/command.ts';
import { desktopChannel } from './channels/desktop.ts';
import { emailChannel } from './channels/email.ts';
import { slackChannel, webhookChannel } from './channels/http.ts';
import { type AlertMessage, composeMessage } from './message.ts';
import { type ChannelBook, type DesktopNotify, type NotificationChannel, sendDeadlineMs } from './ports.ts';

export interface StoredChannelsOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly settings: { get(key: string): string | null; set(key: string, value: string): void };
  readonly outbox: { figures(channelId: string): OutboxFigures; log(delivery: NewDelivery): void };
  readonly vault: SecretVault;
  /** Null where there is no desktop; there is then no such channel. */
  readonly desktop: DesktopNotify | null;
  /** The newest alert that was told, for previews. */
  readonly newestAlert: () => AlertTransition | null;
  readonly onChanged: (channelId: string) => void;
}

const settingKey = 'alert-channels';
const mostChannels = 100;
const desktopId = 'desktop';

/** There without being set up; may be switched off and changed, not removed. */
const defaultDesktop: AlertChannel = alertChannelSchema.parse({
  id: desktopId,
  name: 'Desktop',
  settings: { kind: 'desktop' },
  groupBy: 'rule',
  // A notification of yesterday helps nobody.
  deadlineMs: 60 * 60_000,
});

export class StoredChannels implements ChannelBook {
  readonly #options: StoredChannelsOptions;
  #known: readonly AlertChannel[] | null = null;

  constructor(options: StoredChannelsOptions) {
    this.#options = options;
  }

  /** In the order of their names, the desktop first. A record that cannot be read counts as none. @throws EngineError STORE_UNAVAILABLE */
  list(): AlertChannel[] {
    this.#known ??= this.#read();
    return [...this.#known];
  }

  /** @throws EngineError STORE_UNAVAILABLE, VAULT_UNAVAILABLE */
  views(): ChannelView[] {
    return this.list().map((channel) => this.#viewOf(channel));
  }

  open(channelId: string): { channel: AlertChannel; way: NotificationChannel } | null {
    const channel = this.list().find(({ id }) => id === channelId);
    if (!channel?.enabled) return null;
    return { channel, way: this.#wayOf(channel, this.#secret(channelId)) };
  }

  /** @throws EngineError ALERT_CHANNEL_INVALID, ALERT_CHANNEL_NOT_FOUND, ALERT_TEMPLATE_INVALID, STORE_UNAVAILABLE, VAULT_UNAVAILABLE */
  save(draft: ChannelDraft): ChannelView {
    const channel = this.#channelOf(draft);
    this.#check(channel, this.#secretOf(draft));
    const others = this.list().filter(({ id }) => id !== channel.id);
    if (others.some(({ name }) => name === channel.name)) throw invalid(`there is already one named "${channel.name}"`);
    if (others.length >= mostChannels) throw invalid(`${mostChannels} are the most that are kept`);
    // The secret first: a channel without it could only fail.
    if (draft.secret === null) this.#options.vault.remove(secretName(channel.id));
    else if (draft.secret !== undefined) this.#options.vault.set(secretName(channel.id), draft.secret);
    this.#write([...others, channel]);
    this.#options.onChanged(channel.id);
    return this.#viewOf(channel);
  }

  /** With its secret. What is owed to it is given up. @throws EngineError ALERT_CHANNEL_NOT_FOUND, ALERT_CHANNEL_INVALID */
  remove(channelId: string): void {
    const channel = this.#get(channelId);
    if (channel.settings.kind === 'desktop') throw invalid('the desktop can be switched off, but not removed');
    this.#write(this.list().filter(({ id }) => id !== channelId));
    this.#options.vault.remove(secretName(channelId));
    this.#options.onChanged(channelId);
  }

  /** @throws EngineError ALERT_TEMPLATE_INVALID */
  preview(draft: ChannelDraft): ChannelPreview {
    const { title, text, html } = this.#sample(draft, this.#options.newestAlert() === null ? 'test' : 'alerts');
    return { title, text, html };
  }

  /** Rejects when the draft itself is wrong; what went wrong under way is in the answer. */
  async test(draft: ChannelDraft): Promise<ChannelTest> {
    const { clock, outbox } = this.#options;
    const channel = this.#channelOf(draft);
    const secret = this.#secretOf(draft);
    this.#check(channel, secret);
    const way = this.#wayOf(channel, secret);
    const message = this.#sample(draft, 'test');
    const startMs = clock.monotonicMs();
    const what = `Test of "${channel.name}"`;
    const problem = await withDeadline(clock, sendDeadlineMs, { code: 'ALERT_SEND_TIMEOUT', what }, (signal) =>
      way.send(message, signal),
    ).then(
      () => null,
      (error: unknown) => messageOf(error),
    );
    const tookMs = clock.monotonicMs() - startMs;
    outbox.log({
      channelId: channel.id,
      atMs: clock.now(),
      tookMs,
      outcome: problem === null ? 'test-sent' : 'test-failed',
      title: message.title,
      alertCount: message.alerts.length,
      attempt: 1,
      problem,
    });
    return { delivered: problem === null, tookMs, problem };
  }

  #sample(draft: ChannelDraft, kind: AlertMessage['kind']): AlertMessage {
    const alert = this.#options.newestAlert() ?? exampleAlert(this.#options.clock.now());
    const id = this.#options.ids.next();
    return composeMessage({ id, kind, isRepeat: false, alerts: [alert] }, draft.templates);
  }

  #channelOf(draft: ChannelDraft): AlertChannel {
    const { secret: _secret, id, ...fields } = draft;
    if (id === undefined) return { ...fields, id: this.#options.ids.next() };
    const kept = this.#get(id);
    if (kept.settings.kind !== fields.settings.kind) throw invalid('its kind cannot be changed; add another channel');
    return { ...fields, id };
  }

  #check(channel: AlertChannel, secret: string | null): void {
    const { settings } = channel;
    composeMessage({ id: '', kind: 'test', isRepeat: false, alerts: [exampleAlert(0)] }, channel.templates);
    if (settings.kind === 'desktop' && channel.id !== desktopId) throw invalid('there is one desktop only');
    if (settings.kind === 'command' && !isAbsolute(settings.program)) {
      throw invalid('name the program by its whole path: which one is started must not depend on the environment');
    }
    if (settings.kind === 'slack' && !isHttpUrl(secret))
      throw invalid('the secret must be the URL that Slack gave you');
    const isOpen = settings.kind === 'email' && settings.security === 'none' && settings.username !== null;
    if (isOpen && !isLoopback(settings.host)) throw invalid('a password is not sent in clear; choose tls or starttls');
  }

  #wayOf({ settings, templates }: AlertChannel, secret: string | null): NotificationChannel {
    switch (settings.kind) {
      case 'desktop':
        if (this.#options.desktop === null) throw invalid('this host has no desktop');
        return desktopChannel(this.#options.desktop, templates.title !== null);
      case 'email':
        return emailChannel(settings, secret);
      case 'slack':
        if (secret === null) throw invalid('the URL that Slack gave is not in the vault');
        return slackChannel(secret);
      case 'webhook':
        return webhookChannel(settings.url, secret, this.#options.clock);
      case 'command':
        return commandChannel(settings);
    }
  }

  #viewOf(channel: AlertChannel): ChannelView {
    const { channelId: _id, ...figures } = this.#options.outbox.figures(channel.id);
    return { ...channel, ...figures, hasSecret: this.#secret(channel.id) !== null };
  }

  #secretOf({ id, secret }: ChannelDraft): string | null {
    if (secret !== undefined) return secret;
    return id === undefined ? null : this.#secret(id);
  }

  #secret(channelId: string): string | null {
    return this.#options.vault.get(secretName(channelId));
  }

  #get(channelId: string): AlertChannel {
    const channel = this.list().find(({ id }) => id === channelId);
    if (!channel) throw new EngineError('ALERT_CHANNEL_NOT_FOUND', `There is no channel "${channelId}"`);
    return channel;
  }

  #read(): AlertChannel[] {
    const text = this.#options.settings.get(settingKey);
    const stored = z.array(z.unknown()).safeParse(text === null ? [] : parseJson(text)).data ?? [];
    const channels = stored.flatMap((record) => alertChannelSchema.safeParse(record).data ?? []);
    const own = channels.filter(({ id }) => id !== desktopId).toSorted((a, b) => a.name.localeCompare(b.name));
    const desktop = channels.find(({ id }) => id === desktopId) ?? defaultDesktop;
    return this.#options.desktop === null ? own : [desktop, ...own];
  }

  #write(channels: readonly AlertChannel[]): void {
    this.#options.settings.set(settingKey, JSON.stringify(channels));
    this.#known = null;
  }
}

/** Says of itself that it is one. */
function exampleAlert(atMs: number): AlertTransition {
  return {
    id: 0,
    ruleId: 'example',
    title: 'Example alert',
    severity: 'info',
    from: 'pending',
    to: 'firing',
    atMs,
    value: null,
    threshold: 0,
    evidence: 'An example: no alert has been told yet',
    cause: null,
    chain: [],
  };
}

function secretName(channelId: string): string {
  return `channel.${channelId}.secret`;
}

function isHttpUrl(text: string | null): boolean {
  return text !== null && /^https?:$/.test(URL.parse(text)?.protocol ?? '');
}

function isLoopback(host: string): boolean {
  return /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/.test(host);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function invalid(problem: string): EngineError {
  return new EngineError('ALERT_CHANNEL_INVALID', `The channel cannot be used: ${problem}`);
}
