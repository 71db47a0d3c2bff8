/** Alerts over a real store with the channels a test hands in. */
import { AlertEngine } from '../../engine/alerts/alert-engine.ts';
import { NotificationSender, type NotificationSenderOptions } from '../../engine/alerts/notifications.ts';
import type { ChannelBook, NotificationChannel, SilenceSource } from '../../engine/alerts/ports.ts';
import type { Clock } from '../../engine/base/clock.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import type { AlertRule } from '../../engine/model/alert.ts';
import { type AlertChannel, alertChannelSchema } from '../../engine/model/alert-channel.ts';
import type { NewTransition } from '../../engine/store/alert-store.ts';
import type { Store } from '../../engine/store/store.ts';

/** A channel that a test answers for. */
export interface TestChannel {
  readonly channel: AlertChannel;
  readonly way: NotificationChannel;
}

export function testChannel(
  send: NotificationChannel['send'],
  change: Partial<Omit<AlertChannel, 'settings'>> = {},
): TestChannel {
  const base = { id: 'told', name: 'Told', groupBy: 'rule', settings: { kind: 'webhook', url: 'http://localhost:1' } };
  return { channel: alertChannelSchema.parse({ ...base, ...change }), way: { send } };
}

export function bookOf(channels: readonly TestChannel[]): ChannelBook {
  return {
    list: () => channels.map(({ channel }) => channel),
    open: (channelId) => channels.find(({ channel }) => channel.id === channelId && channel.enabled) ?? null,
  };
}

export interface Told {
  readonly givenUp: string[];
}

export function senderOver(
  store: Store,
  clock: Clock,
  channels: ChannelBook,
  telling: NotificationSenderOptions['telling'] = null,
): NotificationSender & Told {
  const givenUp: string[] = [];
  const sender = new NotificationSender({
    clock,
    ids: systemIds,
    random: () => 0.5,
    logger: silentLogger,
    queue: store.notifications,
    channels,
    onGivenUp: (name, title) => givenUp.push(`${name}: ${title}`),
    telling,
    onAttempt: () => undefined,
  });
  return Object.assign(sender, { givenUp });
}

export function alertsOver(
  store: Store,
  clock: Clock,
  rules: readonly AlertRule[],
  channels: readonly TestChannel[],
  silences: SilenceSource = { for: () => null },
): { readonly alerts: AlertEngine; readonly sender: NotificationSender & Told } {
  const book = bookOf(channels);
  const sender = senderOver(store, clock, book);
  const alerts = new AlertEngine({
    clock,
    logger: silentLogger,
    rules: { list: () => rules },
    silences,
    samples: store.samples,
    records: store.alerts,
    channels: book,
    sender,
  });
  return { alerts, sender };
}

export function firingOf(ruleId: string, atMs: number, change: Partial<NewTransition> = {}): NewTransition {
  return {
    ruleId,
    title: `Rule ${ruleId}`,
    severity: 'warning',
    from: 'pending',
    to: 'firing',
    atMs,
    value: 0.97,
    threshold: 0.9,
    evidence: '97 % on average over 30 s',
    cause: null,
    chain: [],
    ...change,
  };
}
