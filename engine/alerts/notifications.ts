/** Sends what is owed, in order on each channel, until the channel took it or its deadline passed. */
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource, Random } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertTransition } from '../model/alert.ts';
import type { AlertChannel, Delivery } from '../model/alert-channel.ts';
import type { OwedTo } from '../store/alert-store.ts';
import type { NewDelivery, OwedBatch } from '../store/notification-store.ts';
import { type AlertMessage, composeMessage, severityRank } from './message.ts';
import { type ChannelBook, type NotificationQueue, sendDeadlineMs } from './ports.ts';
import { busyWaitMs, type Telling } from './telling.ts';

export interface NotificationSenderOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly random: Random;
  readonly logger: Logger;
  readonly queue: NotificationQueue;
  readonly channels: ChannelBook;
  /** Called when a message was given up: somebody must hear of it in another way. */
  readonly onGivenUp: (channelName: string, title: string, problem: string) => void;
  /** Null where no other console can be there. */
  readonly telling: Pick<Telling, 'claim' | 'told'> | null;
  /** Called after every attempt. */
  readonly onAttempt: (channelId: string) => void;
}

const firstRetryMs = 5_000;
const longestRetryMs = 300_000;
/** Messages of one channel in one go. */
const burst = 20;

/** The channels that shall hear of it: of a beginning, and of an end if they heard of the beginning. */
export function owedFor(
  transition: Pick<AlertTransition, 'to' | 'severity' | 'ruleId'>,
  channels: readonly AlertChannel[],
): OwedTo[] {
  // Pending and "no data" are for the screen.
  if (transition.to !== 'firing' && transition.to !== 'resolved' && transition.to !== 'inactive') return [];
  return channels
    .filter((channel) => channel.enabled && (transition.to === 'firing' || channel.tellsResolved))
    .filter(({ minimumSeverity }) => severityRank(transition.severity) >= severityRank(minimumSeverity))
    .map(({ id, groupBy, groupWaitMs, deadlineMs }) => ({
      channelId: id,
      groupKey: { channel: 'all', severity: transition.severity, rule: transition.ruleId }[groupBy],
      waitMs: groupWaitMs,
      deadlineMs,
    }));
}

/** Doubles up to five minutes; the second half is left to chance, so that many consoles do not come back at once. */
export function retryWaitMs(attempts: number, random: Random): number {
  const fullMs = Math.min(longestRetryMs, firstRetryMs * 2 ** attempts);
  return fullMs / 2 + (random() * fullMs) / 2;
}

export class NotificationSender {
  readonly #options: NotificationSenderOptions;
  readonly #sending = new Map<string, Promise<void>>();

  constructor(options: NotificationSenderOptions) {
    this.#options = options;
  }

  /**
   * Begins to send what may be sent now; a slow channel holds up no other. Resolves when every sending that runs is over.
   * Each message is marked after the channel took it: a crash in that instant repeats it, under the same id, rather
   * than losing it. Never rejects.
   */
  async deliver(): Promise<void> {
    try {
      for (const channelId of this.#options.queue.dueChannels()) this.#begin(channelId);
    } catch (error) {
      this.#options.logger.error('the outbox could not be read', { error: messageOf(error) });
    }
    await Promise.all(this.#sending.values());
  }

  #begin(channelId: string): void {
    if (this.#sending.has(channelId)) return;
    const sending = this.#drain(channelId)
      .catch((error: unknown) =>
        this.#options.logger.error('a channel could not be served', { channelId, error: messageOf(error) }),
      )
      .finally(() => this.#sending.delete(channelId));
    this.#sending.set(channelId, sending);
  }

  async #drain(channelId: string): Promise<void> {
    const { queue, clock, ids } = this.#options;
    for (let sent = 0; sent < burst; sent += 1) {
      const batch = queue.next(channelId, clock.now(), ids.next());
      if (batch === null || !(await this.#sendOne(batch))) return;
      this.#options.onAttempt(channelId);
    }
  }

  /** False when it is to be tried again. */
  async #sendOne(batch: OwedBatch): Promise<boolean> {
    const { clock, queue } = this.#options;
    const startMs = clock.monotonicMs();
    let name = batch.channelId;
    let title = batch.transitions.at(-1)?.title ?? '';
    let told = async (): Promise<void> => undefined;
    const delivery = (outcome: Delivery['outcome'], problem: string | null): NewDelivery => ({
      channelId: batch.channelId,
      atMs: clock.now(),
      tookMs: clock.monotonicMs() - startMs,
      outcome,
      title,
      alertCount: batch.transitions.length,
      attempt: batch.attempts + 1,
      problem,
    });
    try {
      const opened = this.#options.channels.open(batch.channelId);
      if (opened === null) {
        this.#giveUp(name, batch, delivery('given-up', 'the channel is switched off or was removed'));
        return true;
      }
      name = opened.channel.name;
      const mine = await this.#claimed(batch, opened.channel);
      if (mine === 'busy') {
        queue.postpone(batch.batchId, clock.now() + busyWaitMs);
        return false;
      }
      if (mine.length === 0) {
        queue.markSent(batch.batchId, delivery('told-elsewhere', null));
        return true;
      }
      const message = messageFor({ ...batch, transitions: mine }, opened.channel);
      title = message.title;
      await withDeadline(
        clock,
        sendDeadlineMs,
        { code: 'ALERT_SEND_TIMEOUT', what: `Message by "${name}"` },
        (signal) => opened.way.send(message, signal),
      );
      told = () => this.#told(mine, opened.channel);
    } catch (error) {
      return this.#failed(name, batch, error, delivery);
    }
    // The others first: a crash in between has this console repeat it under the same id, and no other one tell it anew.
    await told();
    queue.markSent(batch.batchId, delivery('sent', null));
    return true;
  }

  /** What of the batch is ours to tell; a repetition is told by whoever told it first. */
  async #claimed(batch: OwedBatch, channel: AlertChannel): Promise<'busy' | AlertTransition[]> {
    const { telling } = this.#options;
    if (telling === null) return [...batch.transitions];
    const claims = await Promise.all(batch.transitions.map((transition) => telling.claim(channel, transition)));
    if (claims.includes('busy')) return 'busy';
    return batch.transitions.filter((_transition, index) => claims[index] === 'mine');
  }

  async #told(transitions: readonly AlertTransition[], channel: AlertChannel): Promise<void> {
    for (const transition of transitions) await this.#options.telling?.told(channel, transition);
  }

  #failed(
    name: string,
    batch: OwedBatch,
    error: unknown,
    delivery: (outcome: Delivery['outcome'], problem: string) => NewDelivery,
  ): boolean {
    const { clock, queue, logger, random } = this.#options;
    const problem = messageOf(error);
    const nextAtMs = clock.now() + Math.max(retryWaitMs(batch.attempts, random), askedWaitMs(error));
    if (nextAtMs > batch.deadlineAtMs) {
      this.#giveUp(name, batch, delivery('given-up', problem));
      return true;
    }
    queue.markFailed(batch.batchId, nextAtMs, delivery('failed', problem));
    logger.warn('a message failed and is tried again', { channel: name, attempts: batch.attempts + 1, problem });
    this.#options.onAttempt(batch.channelId);
    return false;
  }

  #giveUp(name: string, batch: OwedBatch, delivery: NewDelivery): void {
    this.#options.queue.markGivenUp(batch.batchId, delivery);
    this.#options.logger.error('a message was given up', { channel: name, title: delivery.title });
    this.#options.onGivenUp(name, delivery.title, delivery.problem ?? '');
  }
}

/** A template that no longer fits must not keep an alert from being told. */
function messageFor(batch: OwedBatch, channel: AlertChannel): AlertMessage {
  const parts = {
    id: batch.batchId,
    kind: 'alerts',
    isRepeat: batch.isRepeat,
    alerts: batch.transitions,
  } as const;
  try {
    return composeMessage(parts, channel.templates);
  } catch {
    return composeMessage(parts, { title: null, text: null, html: null });
  }
}

/** What the receiver asked for; at most what we would wait ourselves in the end. */
function askedWaitMs(error: unknown): number {
  const asked = error instanceof EngineError ? error.details['retryAfterMs'] : null;
  return typeof asked === 'number' ? Math.min(asked, longestRetryMs) : 0;
}
