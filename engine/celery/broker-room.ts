/** Everything that asks about and looks into one Celery broker, put together; one for each connection and prefix. */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { CeleryFleet, CeleryWorker } from '../model/celery.ts';
import type { CeleryMessagePage, CeleryMessageQuery, CeleryQueues } from '../model/celery-queue.ts';
import type { CeleryRisks } from '../model/celery-risk.ts';
import type { RedisLink } from '../redis/link.ts';
import { CommandRate } from './command-rate.ts';
import { Purges } from './control/purges.ts';
import { type RememberedCall, TaskSender } from './control/task-sender.ts';
import { WorkerControl } from './control/worker-control.ts';
import { CeleryInspector } from './inspect/inspector.ts';
import { CeleryMessenger } from './inspect/messenger.ts';
import { LeftoverSweeper, surelyDeadMs } from './inspect/sweeper.ts';
import { MessagePages } from './queues/message-pages.ts';
import { CeleryQueueWatch } from './queues/queue-watch.ts';
import { CeleryRiskWatch } from './risks/risk-watch.ts';
import { BrokerNames, type BrokerNaming, fanoutPrefixOf } from './wire/names.ts';

export interface BrokerRoomOptions {
  readonly brokerId: string;
  readonly link: RedisLink;
  readonly naming?: Omit<BrokerNaming, 'db'>;
  /** Nodes that send heartbeats now; null where nobody listens to them. */
  readonly heartbeating: () => readonly string[] | null;
  /** When a task was sent, as far as events told. */
  readonly sentAtMs: (taskId: string) => Promise<number | null>;
  /** What events told of a task's call. */
  readonly callOf: (taskId: string) => Promise<RememberedCall | null>;
  /** @throws EngineError REDIS_READ_ONLY while people may only observe */
  readonly requireOperate: () => void;
  /** At most some times a second; whoever shows this broker asks again. */
  readonly onChanged: () => void;
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly logger: Logger;
}

/** Leftovers of a killed console are looked for at the start, again when they are surely dead, then rarely. */
const sweepEveryMs = 30 * 60_000;

export class BrokerRoom {
  readonly brokerId: string;
  readonly names: BrokerNames;
  readonly messenger: CeleryMessenger;
  readonly inspector: CeleryInspector;
  readonly queues: CeleryQueueWatch;
  readonly pages: MessagePages;
  readonly risks: CeleryRiskWatch;
  readonly control: WorkerControl;
  readonly sender: TaskSender;
  readonly purges: Purges;
  readonly #options: BrokerRoomOptions;
  readonly #rate: CommandRate;
  readonly #stops: Stop[] = [];

  constructor(options: BrokerRoomOptions) {
    this.#options = options;
    const { brokerId, link, naming, heartbeating, sentAtMs, onChanged, clock, ids, logger } = options;
    const { requireOperate, callOf } = options;
    this.brokerId = brokerId;
    this.names = new BrokerNames({ fanoutPrefix: fanoutPrefixOf(link), ...naming, db: link.db });
    const shared = { link, names: this.names, clock, ids, logger };
    this.messenger = new CeleryMessenger(shared);
    this.inspector = new CeleryInspector({
      brokerId,
      messenger: this.messenger,
      heartbeating,
      onChanged,
      clock,
      logger,
    });
    this.queues = new CeleryQueueWatch({ ...shared, inspector: this.inspector, sentAtMs, onChanged });
    this.pages = new MessagePages(shared);
    const { inspector, messenger, queues } = this;
    this.risks = new CeleryRiskWatch({ ...shared, inspector, queues, onChanged });
    this.control = new WorkerControl({ inspector, messenger, requireOperate });
    this.sender = new TaskSender({ ...shared, inspector, messenger, queues, callOf, requireOperate });
    this.purges = new Purges({ ...shared, brokerId, requireOperate, onChanged });
    this.#rate = new CommandRate(clock, () => this.messenger.commandCount);
  }

  get link(): RedisLink {
    return this.#options.link;
  }

  start(): void {
    const { clock } = this.#options;
    const sweeper = new LeftoverSweeper({ ...this.#options, names: this.names });
    const sweep = (): void => void this.#sweep(sweeper);
    this.#stops.push(
      clock.after(1_000, sweep),
      clock.after(surelyDeadMs + 2_000, sweep),
      clock.every(sweepEveryMs, sweep),
    );
  }

  async stop(): Promise<void> {
    for (const stop of this.#stops.splice(0)) stop();
    this.purges.stop();
    await this.messenger.close();
  }

  /** At once; old answers are asked for again behind it. With `waitMs` up to so long for the newer ones. */
  async fleet(waitMs: number): Promise<CeleryFleet> {
    await this.#behind(this.inspector.refresh(['stats', 'queues']), waitMs);
    return { ...this.inspector.fleet(), address: this.link.address, commandsPerMinute: this.#rate.perMinute() };
  }

  /** @throws EngineError CELERY_WORKER_NOT_FOUND */
  async worker(node: string, waitMs: number): Promise<CeleryWorker> {
    this.inspector.worker(node);
    await this.#behind(this.inspector.refreshWorker(node), waitMs);
    return this.inspector.worker(node);
  }

  async queueView(waitMs: number): Promise<CeleryQueues> {
    await this.#behind(this.queues.look(), waitMs);
    return this.queues.view();
  }

  async riskView(waitMs: number): Promise<CeleryRisks> {
    await this.#behind(this.risks.look(), waitMs);
    return this.risks.view();
  }

  /** @throws EngineError CALL_INPUT_INVALID, REDIS_* */
  messages({ queue, part, cursor, limit }: CeleryMessageQuery): Promise<CeleryMessagePage> {
    if (part === 'waiting') return this.pages.waiting(queue, cursor, limit);
    const known = this.queues.view().queues.find(({ name }) => name === queue);
    return this.pages.held(queue, known?.bindings ?? []);
  }

  /** What fails is in the view, not in the way of it. */
  async #behind(work: Promise<unknown>, waitMs: number): Promise<void> {
    const { clock, logger } = this.#options;
    const done = work.catch((error: unknown) =>
      logger.debug('A Celery broker could not be asked', { brokerId: this.brokerId, error: messageOf(error) }),
    );
    if (waitMs <= 0) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const disarm = clock.after(waitMs, resolve);
    await Promise.race([done, promise]);
    disarm();
  }

  async #sweep(sweeper: LeftoverSweeper): Promise<void> {
    const { link, logger } = this.#options;
    if (!link.isReady) return;
    try {
      const removed = await sweeper.look();
      if (removed > 0)
        logger.info('Reply queues of a killed console were removed', { brokerId: this.brokerId, removed });
    } catch (error) {
      logger.debug('Left reply queues could not be looked for', { error: messageOf(error) });
    }
  }
}
