/** Keeps the evidence on every Celery worker of one broker up to date, at little cost for Redis, and judges by it. */
import type { Clock, Stop } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import type { CeleryWorkerVerdict } from '../../model/celery-verdict.ts';
import type { BrokerWatch } from '../broker-watch.ts';
import type { HeardWorker } from '../events/worker-roll.ts';
import { AnsweringWorker } from './answering-worker.ts';
import { type CeleryJudgement, judgeCeleryWorker, verdictLimits } from './judge.ts';
import type { CeleryProbe, ProbeRound } from './probe.ts';
import { QueueWatch } from './queue-watch.ts';
import type { WorkerEvidence } from './worker-evidence.ts';

export interface VerdictWatchOptions {
  readonly watch: BrokerWatch;
  readonly probe: CeleryProbe;
  readonly onChanged: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const judgeEveryMs = 1_000;
/** Whole rounds of questions: fewer where there are many workers, because each of them answers. */
const roundMs = 10_000;
const roundPerWorkerMs = 1_500;
/** Queues of a worker are asked for every so many rounds, or when they are not known. */
const queueRounds = 4;
const lookAgainMs = 4_000;
const queueEveryMs = 3_000;
const discoverEveryMs = 30_000;
/** Asked in one go when something looks wrong. */
const suspectCeiling = 20;
/** Gone for so long, a worker leaves the list. */
const forgetMs = 15 * 60_000;

export class VerdictWatch {
  readonly #options: VerdictWatchOptions;
  readonly #answering = new Map<string, AnsweringWorker>();
  readonly #queues: QueueWatch;
  readonly #verdicts = new Map<string, { judgement: CeleryJudgement; sinceMs: number }>();
  readonly #stops: Stop[] = [];
  #announced: ReadonlySet<string> | null = null;
  #rounds = 0;
  #nextRoundMs = 0;
  #nextLookMs = 0;
  #nextDiscoverMs = 0;
  #nextQueuesMs = 0;
  #asking = false;

  constructor(options: VerdictWatchOptions) {
    this.#options = options;
    this.#queues = new QueueWatch(options.clock);
  }

  start(): void {
    this.#stops.push(this.#options.clock.every(judgeEveryMs, () => this.#tick()));
  }

  stop(): void {
    for (const stop of this.#stops.splice(0)) stop();
  }

  list(): CeleryWorkerVerdict[] {
    return [...this.#verdicts.entries()]
      .map(([node, { judgement, sinceMs }]) => this.#view(node, judgement, sinceMs))
      .toSorted((a, b) => a.node.localeCompare(b.node));
  }

  #tick(): void {
    this.#judge();
    if (this.#asking) return;
    this.#asking = true;
    this.#ask()
      .catch((error: unknown) =>
        this.#options.logger.debug('Celery workers could not be asked', { error: messageOf(error) }),
      )
      .finally(() => {
        this.#asking = false;
      });
  }

  /** What is due now; nothing but a look for announcements where no worker was ever heard. */
  async #ask(): Promise<void> {
    const { clock, probe } = this.#options;
    if (!probe.isReady) return;
    const nowMs = clock.monotonicMs();
    if (nowMs >= this.#nextDiscoverMs) {
      this.#nextDiscoverMs = nowMs + discoverEveryMs;
      this.#announced = await probe.announced();
    }
    const nodes = this.#nodes();
    if (nodes.length === 0 && (this.#announced?.size ?? 0) === 0) return;
    if (nowMs >= this.#nextQueuesMs) {
      this.#nextQueuesMs = nowMs + queueEveryMs;
      const queues = [...new Set([...this.#answering.values()].flatMap((worker) => worker.queues ?? []))];
      if (queues.length > 0) this.#queues.take(await probe.queueLengths(queues));
    }
    if (nowMs >= this.#nextRoundMs) {
      this.#nextRoundMs = nowMs + Math.max(roundMs, nodes.length * roundPerWorkerMs);
      await this.#askAll(nodes);
    } else if (nowMs >= this.#nextLookMs) await this.#askSuspects(nowMs);
  }

  async #askAll(nodes: readonly string[]): Promise<void> {
    const { probe } = this.#options;
    const stats = await probe.ask('stats', null, nodes);
    this.#takeRound(stats, nodes);
    for (const { node, value } of stats.replies) this.#worker(node).takeStats(value);
    if (this.#rounds % queueRounds === 0 || [...this.#answering.values()].some((worker) => worker.lacksQueues)) {
      const queues = await probe.ask('active_queues', null, nodes);
      for (const { node, value } of queues.replies) this.#worker(node).takeQueues(value);
    }
    this.#rounds += 1;
  }

  /** Those that fell silent, or that do not move though work waits. */
  async #askSuspects(nowMs: number): Promise<void> {
    const { probe } = this.#options;
    const suspects = this.#nodes()
      .filter((node) => this.#isSuspect(this.#evidence(node)))
      .slice(0, suspectCeiling);
    if (suspects.length === 0) return;
    this.#nextLookMs = nowMs + lookAgainMs;
    const silent = suspects.some((node) => this.#evidence(node).subscribed !== 'yes');
    const stats = await probe.ask('stats', silent ? null : suspects, silent ? this.#nodes() : suspects);
    this.#takeRound(stats, silent ? this.#nodes() : suspects);
    for (const { node, value } of stats.replies) this.#worker(node).takeStats(value);
    const speaking = suspects.filter((node) => stats.replies.some((reply) => reply.node === node));
    if (speaking.length === 0) return;
    const active = await probe.ask('active', speaking, speaking);
    for (const { node, value } of active.replies) {
      this.#worker(node).takeActive(value, this.#options.watch.skews.of(node) ?? 0, this.#options.clock.now());
    }
    const reserved = await probe.ask('reserved', speaking, speaking);
    for (const { node, value } of reserved.replies) this.#worker(node).takeReserved(value);
  }

  #takeRound({ listeners, replies, toAll }: ProbeRound, asked: readonly string[]): void {
    const nowMs = this.#options.clock.monotonicMs();
    const counts = new Map<string, number>();
    for (const { node } of replies) counts.set(node, (counts.get(node) ?? 0) + 1);
    for (const [node, times] of counts) this.#worker(node).answered(nowMs, times);
    // Who does not answer may be any of the listeners that did not; where all of them answered, it is none.
    const heard = !toAll || listeners > replies.length ? 'unknown' : 'no';
    for (const node of asked) if (!counts.has(node)) this.#worker(node).missed(heard);
  }

  #judge(): void {
    const { clock, watch } = this.#options;
    let changed = false;
    for (const node of this.#nodes()) {
      const evidence = this.#evidence(node);
      const judgement = judgeCeleryWorker(evidence);
      const before = this.#verdicts.get(node);
      const known = before?.judgement;
      const moved = known?.verdict !== judgement.verdict || known.reason !== judgement.reason;
      changed ||= moved;
      const sinceMs = moved || before === undefined ? clock.now() : before.sinceMs;
      this.#verdicts.set(node, { judgement, sinceMs });
      if (moved && judgement.verdict === 'gone') watch.workerGone(node);
      else if (known?.verdict === 'gone' && judgement.verdict !== 'gone') this.#back(node);
      if (judgement.verdict === 'gone' && clock.now() - sinceMs > forgetMs) this.#forget(node);
    }
    if (changed) this.#options.onChanged();
  }

  /** The same process was only cut off; another one under the name knows nothing of the tasks. */
  #back(node: string): void {
    const { roll } = this.#options.watch;
    const worker = this.#answering.get(node);
    const heard = roll.get(node);
    if (worker?.pid === null || worker?.pid === undefined || heard?.pid === worker.pid) {
      this.#options.watch.workerBack(node);
    }
  }

  #forget(node: string): void {
    this.#verdicts.delete(node);
    this.#answering.delete(node);
    this.#options.watch.roll.forget(node);
  }

  /** Heard by events, by answers, or by their announcement. */
  #nodes(): string[] {
    const heard = this.#options.watch.roll.list().map(({ node }) => node);
    return [...new Set([...heard, ...this.#answering.keys()])];
  }

  #worker(node: string): AnsweringWorker {
    const known = this.#answering.get(node);
    const worker = known ?? new AnsweringWorker();
    if (!known) this.#answering.set(node, worker);
    return worker;
  }

  #isSuspect(evidence: WorkerEvidence): boolean {
    const { heartbeat, reply, pool, activeCount, waitingForMs, progressAgeMs } = evidence;
    if (heartbeat.goodbyeAgeMs !== null) return false;
    const lateMs = 1.5 * heartbeat.everyMs + verdictLimits.beatSlackMs;
    // Silent for long it is asked with all the others.
    const silent = heartbeat.ageMs !== null && heartbeat.ageMs > lateMs && heartbeat.ageMs < verdictLimits.recentMs;
    const still = progressAgeMs === null || progressAgeMs > lookAgainMs;
    const full = pool.slots !== null && activeCount !== null && activeCount >= pool.slots;
    return silent || reply.unanswered === 1 || (still && (full || waitingForMs > 0));
  }

  #evidence(node: string): WorkerEvidence {
    const { clock, watch } = this.#options;
    const nowMs = clock.monotonicMs();
    const heard = watch.roll.get(node);
    const worker = this.#worker(node);
    const age = (atMs: number | null | undefined): number | null =>
      atMs === null || atMs === undefined ? null : Math.max(0, nowMs - atMs);
    const waiting = this.#queues.of(worker.queues ?? [], nowMs);
    // Heartbeats count every two seconds; answers only show that it was some time since the answer before.
    const lastProgressMs = heard === null || heard.lastBeatMs === null ? worker.lastProgressMs : heard.lastProgressMs;
    const firstMs = Math.min(heard?.firstHeardMs ?? nowMs, worker.firstAnswerMs ?? nowMs);
    const signals = heard ? watch.roll.signals(heard) : null;
    return {
      node,
      hearingForMs: watch.listeningSinceMs === null ? 0 : nowMs - watch.listeningSinceMs,
      heartbeat: {
        ageMs: age(heard?.lastBeatMs),
        everyMs: heard?.beatEveryMs ?? 2_000,
        goodbyeAgeMs: age(heard?.saidOfflineMs),
      },
      reply: { ageMs: age(worker.lastAnswerMs), unanswered: worker.unanswered },
      subscribed: worker.subscribed,
      announcedControl: this.#announced === null ? null : this.#announced.has(node),
      pool: { slots: worker.slots, isSolo: worker.isSolo },
      activeCount: this.#activeCount(heard, worker),
      running: this.#running(node, worker, nowMs),
      reservedCount: worker.reservedCount,
      queues: worker.queues,
      waitingCount: waiting.count,
      waitingForMs: waiting.forMs,
      progressAgeMs: age(lastProgressMs),
      watchedForMs: nowMs - firstMs,
      taskEvents: signals?.taskEvents ?? 'unknown',
      heartbeats: signals?.heartbeats ?? (worker.hasAnsweredFor(nowMs) > 20_000 ? 'off' : 'unknown'),
      isDouble: worker.answersTwice || (heard !== null && watch.roll.isDouble(heard)),
      clockSkewMs: watch.skews.of(node),
    };
  }

  /** The newest word: a heartbeat comes every two seconds, an answer when asked. */
  #activeCount(heard: HeardWorker | null, worker: AnsweringWorker): number | null {
    const fresh = worker.activeAtMs !== null && worker.activeAtMs > (heard?.lastBeatMs ?? -Infinity);
    return fresh ? worker.activeCount : (heard?.active ?? worker.activeCount);
  }

  #running(node: string, worker: AnsweringWorker, nowMs: number): WorkerEvidence['running'] {
    const { watch, clock } = this.#options;
    const told = [...watch.table.running.values()]
      .filter((task) => task.worker === node && task.startedAtMs !== null && task.doubt === null)
      .map((task) => ({ name: task.name, ageMs: clock.now() - (task.startedAtMs ?? 0) }));
    const tasks = told.length > 0 ? told : worker.activeTasks(nowMs);
    const oldest = tasks.toSorted((a, b) => b.ageMs - a.ageMs)[0];
    return {
      oldestMs: oldest?.ageMs ?? null,
      oldestName: oldest?.name ?? null,
      usualMs: oldest ? watch.names.usualMs(oldest.name) : null,
      allPastUsual: tasks.every(
        ({ name, ageMs }) => ageMs > verdictLimits.stuckFactor * (watch.names.usualMs(name) ?? 0),
      ),
    };
  }

  #view(node: string, judgement: CeleryJudgement, sinceMs: number): CeleryWorkerVerdict {
    const { watch } = this.#options;
    const { verdict, reason, words, evidence, flags } = judgement;
    const facts = this.#evidence(node);
    const heard = watch.roll.get(node);
    return {
      brokerId: watch.brokerId,
      ...{ node, verdict, reason, words, evidence: [...evidence], flags: [...flags], sinceMs },
      slots: facts.pool.slots,
      activeCount: facts.activeCount,
      processedCount: heard?.processed ?? this.#answering.get(node)?.processed ?? null,
      queues: [...(facts.queues ?? [])],
      pid: heard?.pid ?? this.#answering.get(node)?.pid ?? null,
      version: heard?.version ?? null,
      loadAverage: heard?.loadAverage ?? null,
      heartbeatAgeMs: facts.heartbeat.ageMs,
      replyAgeMs: facts.reply.ageMs,
      clockSkewMs: facts.clockSkewMs,
    };
  }
}
