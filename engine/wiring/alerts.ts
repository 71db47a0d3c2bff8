/** Alert rules over the samples, and the channels that tell of them. */
import { AlertEngine } from '../alerts/alert-engine.ts';
import { StoredChannels } from '../alerts/channel-book.ts';
import { defaultRules } from '../alerts/default-rules.ts';
import { NotificationSender } from '../alerts/notifications.ts';
import type { DesktopNotify } from '../alerts/ports.ts';
import type { AlertVerbParts } from '../api/alert-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import { alertHistoryQuerySchema } from '../model/alert.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

export interface AlertInputs {
  readonly store: Store;
  readonly vault: SecretVault;
  /** Null where there is no desktop. */
  readonly desktop: DesktopNotify | null;
}

export interface AlertRoom {
  readonly engine: AlertEngine;
  readonly verbs: AlertVerbParts['alerts'];
  onChannelChanged(listener: (channelId: string) => void): Stop;
}

export function openAlerts({ store, vault, desktop }: AlertInputs, foundation: Foundation): AlertRoom {
  const { clock, ids, random, logger } = foundation;
  const emitter = new Emitter<{ channel: string }>((error) =>
    logger.error('a listener of the channels failed', { error: messageOf(error) }),
  );
  const onChannel = (channelId: string): void => emitter.emit('channel', channelId);
  const channels = new StoredChannels({
    clock,
    ids,
    vault,
    desktop,
    settings: store.settings,
    outbox: store.notifications,
    newestAlert: () =>
      store.alerts.history(alertHistoryQuerySchema.parse({ to: 'firing', limit: 1 })).transitions[0] ?? null,
    onChanged: onChannel,
  });
  const sender = new NotificationSender({
    clock,
    ids,
    random,
    logger,
    channels,
    queue: store.notifications,
    onAttempt: onChannel,
    onGivenUp: (channel, title, problem) =>
      store.notices.add({
        id: ids.next(),
        level: 'error',
        message: `"${title}" was not told by the channel "${channel}": ${problem}`,
        atMs: clock.now(),
      }),
  });
  const engine = new AlertEngine({
    clock,
    logger,
    sender,
    channels,
    rules: defaultRules,
    samples: store.samples,
    records: store.alerts,
  });
  return {
    engine,
    verbs: { now: engine, channels, deliveries: (query) => store.notifications.deliveries(query) },
    onChannelChanged: (listener) => emitter.on('channel', listener),
  };
}
