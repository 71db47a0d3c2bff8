/**
 * Asks Celery's workers over their broker and collects the answers: over connections of its own, until everybody who
 * should answer has answered, and with nothing left in Redis between two questions.
 */
import type { Clock, Stop } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { IdSource } from '../../base/ids.ts';
import type { Logger } from '../../base/logger.ts';
import type { RedisLink } from '../../redis/link.ts';
import { controlMessage, type WorkerCommand } from '../wire/control-message.ts';
import type { BrokerNames } from '../wire/names.ts';
import { readReply } from '../wire/reply.ts';
import { OwnConnection } from './own-connection.ts';
import { newReplyId } from './reply-id.ts';
import { type Round, Waiter } from './waiter.ts';

export interface MessengerOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

export interface Question {
  readonly command: WorkerCommand;
  /** Null asks everybody who listens. */
  readonly destination: readonly string[] | null;
  /** Who is known and should answer, for ending early. */
  readonly expected?: readonly string[];
  readonly deadlineMs?: number;
}

/** Where answers go while questions are open. */
interface Session {
  readonly list: string;
  readonly member: string;
  /** Our clock that never jumps. */
  announcedMs: number;
  /** Something of it may be in Redis. */
  mayBeThere: boolean;
}

export const askDeadlineMs = 1_000;
/** A burst of questions shares one reply queue; then it is removed. */
const lingerMs = 200;
/** A reply queue in use is announced again, in case somebody swept it. */
const announceAgainMs = 20_000;
const fetchCount = 100;
/** Answers come within some milliseconds of each other: with many to come it is cheaper to let some gather. */
const gatherMs = 4;
const fewAnswers = 3;

export class CeleryMessenger {
  readonly #options: MessengerOptions;
  readonly #sender: OwnConnection;
  readonly #receiver: OwnConnection;
  readonly #waiters = new Map<string, Waiter>();
  /** Ended sessions whose list a late answer may have made again. */
  #past: string[] = [];
  #session: Session | null = null;
  #reading = false;
  #popsMany = true;
  #closed = false;
  #malformedCount = 0;
  #disarm: Stop = () => undefined;

  constructor(options: MessengerOptions) {
    this.#options = options;
    const { link, clock } = options;
    this.#sender = new OwnConnection({ link, clock, purpose: 'celery-ask', silenceMs: 2 * askDeadlineMs });
    this.#receiver = new OwnConnection({ link, clock, purpose: 'celery-answers', silenceMs: 5 * askDeadlineMs });
  }

  /** Sent since the beginning. */
  get commandCount(): number {
    return this.#sender.commandCount + this.#receiver.commandCount;
  }

  /** Answers that could not be read. */
  get malformedCount(): number {
    return this.#malformedCount;
  }

  /**
   * Resolves when everybody who should has answered, or with what there is at the deadline.
   * @throws EngineError CELERY_COMMAND_INVALID before anything is sent; REDIS_*
   */
  async ask(question: Question): Promise<Round> {
    const { clock, ids, names } = this.#options;
    const { command, destination, expected = [], deadlineMs = askDeadlineMs } = question;
    const ticket = ids.next();
    const session = this.#openSession();
    const payload = controlMessage(names, command, {
      destination,
      reply: { ticket, replyId: names.replyIdOf(session.member) ?? '' },
      deliveryTag: ids.next(),
      expiresAtMs: clock.now() + deadlineMs,
    });
    const waiter = new Waiter({ clock, destination, expected, deadlineMs });
    this.#waiters.set(ticket, waiter);
    try {
      waiter.published(await this.#publish(session, payload, deadlineMs));
      this.#read();
      return await waiter.round;
    } finally {
      waiter.end();
      this.#waiters.delete(ticket);
      this.#rest();
    }
  }

  /** Tells workers something that none of them answers. Resolves with how many listened. @throws as {@link ask} */
  async tell(command: WorkerCommand, destination: readonly string[] | null): Promise<number> {
    const { clock, ids, names } = this.#options;
    const expiresAtMs = clock.now() + askDeadlineMs;
    const payload = controlMessage(names, command, { destination, reply: null, deliveryTag: ids.next(), expiresAtMs });
    return this.#sender.run(`PUBLISH of ${command.method}`, 1, askDeadlineMs, (client) =>
      client.publish(names.controlChannel, payload),
    );
  }

  /** Takes half a second at most and leaves nothing behind. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#disarm();
    for (const waiter of this.#waiters.values()) waiter.end();
    await this.#endSession(500);
    this.#sender.close();
    this.#receiver.close();
  }

  #openSession(): Session {
    this.#disarm();
    const { names, ids } = this.#options;
    this.#session ??= { ...names.replyTarget(newReplyId(ids)), announcedMs: -Infinity, mayBeThere: false };
    return this.#session;
  }

  /** One after the other on one connection: the binding is there before any worker can answer. */
  async #publish(session: Session, payload: string, deadlineMs: number): Promise<number> {
    const { names, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const mustAnnounce = nowMs - session.announcedMs > announceAgainMs;
    if (mustAnnounce) session.announcedMs = nowMs;
    try {
      return await this.#sender.run(
        'a question to Celery workers',
        mustAnnounce ? 2 : 1,
        deadlineMs,
        async (client) => {
          if (!mustAnnounce) return client.publish(names.controlChannel, payload);
          session.mayBeThere = true;
          const [, listeners] = await Promise.all([
            client.sadd(names.replyBindings, session.member),
            client.publish(names.controlChannel, payload),
          ]);
          return listeners;
        },
      );
    } catch (error) {
      session.announcedMs = -Infinity;
      throw error;
    }
  }

  /** Runs only while somebody waits for an answer. */
  #read(): void {
    if (this.#reading) return;
    this.#reading = true;
    this.#readAll()
      .catch((error: unknown) =>
        this.#options.logger.debug('Answers of Celery workers could not be read', { error: messageOf(error) }),
      )
      .finally(() => {
        this.#reading = false;
        this.#rest();
      });
  }

  async #readAll(): Promise<void> {
    for (let waitMs = this.#longestWaitMs(); waitMs > 0; waitMs = this.#longestWaitMs()) {
      const session = this.#session;
      if (session === null) return;
      for (const payload of await this.#pop(session.list, Math.min(waitMs, askDeadlineMs))) this.#take(payload);
      if (this.#outstanding() > fewAnswers) await this.#options.clock.sleep(gatherMs);
    }
  }

  #take(payload: string): void {
    const read = readReply(payload);
    const ticket = read.ok ? read.value.ticket : read.ticket;
    if (!read.ok) this.#malformedCount += 1;
    const waiter = ticket === null ? undefined : this.#waiters.get(ticket);
    if (read.ok) waiter?.answered(read.value);
    else waiter?.answeredUnreadably();
  }

  async #pop(list: string, waitMs: number): Promise<string[]> {
    const timeoutS = Math.max(waitMs, 20) / 1_000;
    const deadlineMs = waitMs + askDeadlineMs;
    if (!this.#popsMany) {
      const popped = await this.#receiver.run('BRPOP', 1, deadlineMs, (client) => client.brpop(list, timeoutS));
      return popped === null ? [] : [popped[1]];
    }
    try {
      const popped = await this.#receiver.run('BLMPOP', 1, deadlineMs, (client) =>
        client.call('BLMPOP', timeoutS, 1, list, 'RIGHT', 'COUNT', fetchCount),
      );
      const [, payloads] = Array.isArray(popped) ? (popped as unknown[]) : [];
      return Array.isArray(payloads) ? payloads.map(String) : [];
    } catch (error) {
      // Before Redis 7, or where the user may not: one at a time does as well.
      if (!/unknown command|NOPERM/i.test(messageOf(error))) throw error;
      this.#popsMany = false;
      return [];
    }
  }

  #longestWaitMs(): number {
    return Math.max(0, ...[...this.#waiters.values()].map((waiter) => waiter.leftMs));
  }

  #outstanding(): number {
    return [...this.#waiters.values()].reduce((sum, waiter) => sum + waiter.outstanding, 0);
  }

  /** Ends the session soon, unless another question comes. */
  #rest(): void {
    if (this.#waiters.size > 0 || this.#reading || this.#session === null || this.#closed) return;
    this.#disarm();
    this.#disarm = this.#options.clock.after(lingerMs, () => void this.#endSession(askDeadlineMs));
  }

  async #endSession(deadlineMs: number): Promise<void> {
    const session = this.#session?.mayBeThere === true ? this.#session : null;
    this.#session = null;
    if (session === null && this.#past.length === 0) return;
    const { names, logger } = this.#options;
    const lists = [...this.#past, ...(session === null ? [] : [session.list])];
    try {
      await this.#sender.run('the end of a question to Celery workers', 2, deadlineMs, (client) =>
        Promise.all([session === null ? 0 : client.srem(names.replyBindings, session.member), client.del(...lists)]),
      );
      // An answer may have been on its way to the list: it is removed once more with the next one.
      this.#past = session === null ? [] : [session.list];
    } catch (error) {
      this.#past = lists.slice(-20);
      logger.debug('A reply queue could not be removed', { error: messageOf(error) });
    }
  }
}
