/** Sends what is owed, in order, until the channel took it; what is owed is in the local store and survives a crash. */
import type { Clock } from '../base/clock.ts';
import { withDeadline } from '../base/deadline.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertTransition } from '../model/alert.ts';
import type { OwedNotification } from '../store/notification-store.ts';
import type { NotificationChannel, NotificationQueue } from './ports.ts';

export interface NotificationSenderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly queue: NotificationQueue;
  readonly channels: readonly NotificationChannel[];
}

const batch = 20;
const sendDeadlineMs = 10_000;
const firstRetryMs = 10_000;
const longestRetryMs = 300_000;
/** About a quarter of an hour of trying. */
const mostAttempts = 8;

/** Somebody is told when it begins and when it is over; pending and "no data" are for the screen. */
export function isWorthTelling(transition: Pick<AlertTransition, 'from' | 'to'>): boolean {
  return transition.to === 'firing' || (transition.from === 'firing' && transition.to === 'resolved');
}

export class NotificationSender {
  readonly #options: NotificationSenderOptions;
  #sending: Promise<void> | null = null;

  constructor(options: NotificationSenderOptions) {
    this.#options = options;
  }

  get channelNames(): string[] {
    return this.#options.channels.map((channel) => channel.name);
  }

  /**
   * Sends everything that is due; joins a sending that runs. Each is marked after the channel took it, so a crash in
   * that instant tells it again rather than never. Never rejects.
   */
  deliver(): Promise<void> {
    this.#sending ??= this.#deliverDue().finally(() => {
      this.#sending = null;
    });
    return this.#sending;
  }

  async #deliverDue(): Promise<void> {
    try {
      const failedChannels = new Set<string>();
      for (const owed of this.#options.queue.due(this.#options.clock.now(), batch)) {
        // In order on each channel: what comes after a failed one waits with it.
        if (failedChannels.has(owed.channel)) continue;
        if (!(await this.#sendOne(owed))) failedChannels.add(owed.channel);
      }
    } catch (error) {
      this.#options.logger.error('notifications could not be read', { error: messageOf(error) });
    }
  }

  /** False when it is to be tried again. */
  async #sendOne(owed: OwedNotification): Promise<boolean> {
    const { clock, queue, channels } = this.#options;
    const channel = channels.find((candidate) => candidate.name === owed.channel);
    if (!channel) {
      queue.markFailed(owed.id, `there is no channel ${owed.channel} now`, null);
      return true;
    }
    const what = `notification by ${channel.name}`;
    try {
      await withDeadline(clock, sendDeadlineMs, { code: 'INTERNAL', what }, () => channel.send(owed.transition));
    } catch (error) {
      this.#failed(owed, messageOf(error));
      return false;
    }
    queue.markSent(owed.id);
    return true;
  }

  #failed(owed: OwedNotification, problem: string): void {
    const { clock, queue, logger } = this.#options;
    const giveUp = owed.attempts + 1 >= mostAttempts;
    const waitMs = Math.min(longestRetryMs, firstRetryMs * 2 ** owed.attempts);
    queue.markFailed(owed.id, problem, giveUp ? null : clock.now() + waitMs);
    logger.warn(giveUp ? 'a notification was given up' : 'a notification failed and is tried again', {
      channel: owed.channel,
      ruleId: owed.transition.ruleId,
      attempts: owed.attempts + 1,
      problem,
    });
  }
}
