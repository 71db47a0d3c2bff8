/** All that is known of one queue between looks: bounded, and turned into what the console shows. */
import type { HistoryPoint, QueueConcern, QueueId, QueueSize, QueueView } from '../../model/queue.ts';
import { concernsOf } from './concerns.ts';
import { LatencySample } from './latency-sample.ts';
import { countEvents, EventPairs, endedIds } from './queue-events.ts';
import { dueAtMsOfScore, majorOf, priorityScoreStep } from './queue-layout.ts';
import type { JobTimes, LookMemory, QueueLook } from './queue-look.ts';
import { extrapolate, forecastOf, ratesOf, rateWindowMs, type Stretch } from './queue-rates.ts';

export interface RecordFacts {
  readonly nowMs: number;
  readonly writable: boolean;
  /** Null when the list of clients could not be read. */
  readonly workerCount: number | null;
}

/** Newly finished jobs whose times are still to be read. */
const finishedCeiling = 50;

export class QueueRecord {
  readonly id: QueueId;
  readonly own: boolean;
  readonly #latencies = new LatencySample();
  readonly #pairs = new EventPairs();
  #stretches: Stretch[] = [];
  #look: QueueLook | null = null;
  #seenAtMs = 0;
  #lastEventId: string | null = null;
  #lowestPriority = 0;
  #finishedIds: string[] = [];
  #round = 0;
  #lastStartedAtMs: number | null = null;
  #nextDelayedAtMs: number | null = null;
  #limitedUntilMs: number | null = null;
  #usesPausedList = false;
  #keepsRecords = true;
  #size: QueueSize | null = null;
  #minute = emptyMinute();
  #concerns: QueueConcern[] = [];
  #workerCount: number | null = null;

  constructor(id: QueueId, own: boolean) {
    this.id = id;
    this.own = own;
  }

  get seenAtMs(): number {
    return this.#seenAtMs;
  }

  get look(): QueueLook | null {
    return this.#look;
  }

  get size(): QueueSize | null {
    return this.#size;
  }

  /** When a job was last begun, as far as was seen; null before. */
  get lastStartedAtMs(): number | null {
    return this.#lastStartedAtMs;
  }

  memory(): LookMemory {
    const counts = this.#look?.counts;
    return {
      lastEventId: this.#lastEventId,
      lowestPriority: this.#lowestPriority,
      prioritizedCount: counts?.prioritized ?? 1,
      waitingChildrenCount: counts?.['waiting-children'] ?? 0,
      pausedListCount: this.#look?.pausedListCount ?? 0,
      usesPausedList: this.#usesPausedList,
      finishedIds: this.#keepsRecords || this.#round % 12 === 0 ? this.#finishedIds : [],
      isLimited: this.#look !== null && this.#look.meta.rateLimit !== null,
      oldestActive: this.#look?.oldestActive ?? null,
      round: this.#round,
    };
  }

  /** Takes in a look; `nowMs` is when it was taken. */
  take(look: QueueLook, facts: RecordFacts): void {
    const { nowMs } = facts;
    const isFirst = this.#look === null;
    this.#takeEvents(look, nowMs, isFirst);
    this.#takeTimes(look);
    this.#usesPausedList = look.pausedListCount > 0 || look.meta.paused;
    if (look.nextDelayed !== null) {
      const { score } = look.nextDelayed;
      this.#nextDelayedAtMs = score === null ? null : dueAtMsOfScore(score);
    }
    if (look.meta.rateLimit === null) this.#limitedUntilMs = null;
    else if (look.limiterTtlMs !== null)
      this.#limitedUntilMs = look.limiterTtlMs > 0 && look.meta.rateLimit !== null ? nowMs + look.limiterTtlMs : null;
    this.#look = look;
    this.#seenAtMs = nowMs;
    this.#workerCount = facts.workerCount;
    this.#round += 1;
    this.#concerns = concernsOf(this.#draft(facts), this.#lastStartedAtMs, this.#concerns, look.oldestWaiting);
    this.#minute = addToMinute(this.#minute, this.view(facts), this.#stretches.at(-1) ?? null);
  }

  takeSize(size: QueueSize): void {
    this.#size = size;
  }

  /** What the minute was, for the history; begins the next one. Null when it was never looked at. */
  closeMinute(atMs: number): HistoryPoint | null {
    const { point } = this.#minute;
    this.#minute = emptyMinute();
    return point === null ? null : { ...point, atMs };
  }

  view(facts: RecordFacts): QueueView {
    return { ...this.#draft(facts), concerns: this.#concerns };
  }

  #draft({ nowMs, writable }: RecordFacts): QueueView {
    const look = this.#look;
    const rates = ratesOf(this.#stretches);
    const version = look?.meta.version ?? null;
    const waitingSince = look?.oldestWaiting.filter(({ missing }) => !missing).map(waitingSinceMs) ?? [];
    const activeSinceMs = look?.oldestActive?.startedAtMs ?? null;
    return {
      id: this.id,
      own: this.own,
      maker: { version, major: majorOf(version) },
      writable,
      seenAtMs: this.#seenAtMs,
      counts: look?.counts ?? null,
      rates,
      latencies: this.#latencies.view(nowMs),
      oldestWaitingMs: waitingSince.length === 0 ? null : Math.max(0, nowMs - Math.min(...waitingSince)),
      oldestActiveMs: activeSinceMs === null ? null : Math.max(0, nowMs - activeSinceMs),
      nextDelayedAtMs: (look?.counts.delayed ?? 0) > 0 ? this.#nextDelayedAtMs : null,
      forecast: look ? forecastOf(look.counts, rates, nowMs) : { trend: 'unknown', clearsAtMs: null },
      paused: look?.meta.paused ?? false,
      concurrency: look?.meta.concurrency ?? null,
      rateLimit: look?.meta.rateLimit ?? null,
      limitedUntilMs: this.#limitedUntilMs,
      workerCount: this.#workerCount,
      size: this.#size,
      concerns: [],
    };
  }

  #takeEvents({ events, eventsCut }: QueueLook, nowMs: number, isFirst: boolean): void {
    const newest = events.at(-1);
    const started = events.findLast(({ fields }) => fields.get('event') === 'active');
    if (started) this.#lastStartedAtMs = started.atMs;
    if (eventsCut && !isFirst) this.#pairs.forget();
    // Events carry the server's clock; a sample is as old as our own clock says.
    const paired = this.#pairs.take(events);
    if (!this.#keepsRecords || isFirst) {
      for (const { waitMs, runMs, endedAtMs } of paired)
        this.#latencies.add({ atMs: isFirst ? endedAtMs : nowMs, waitMs, runMs });
    }
    this.#finishedIds = [...endedIds(events), ...this.#finishedIds].slice(0, finishedCeiling);
    if (!isFirst) {
      const counts = countEvents(events);
      const spanMs = nowMs - this.#seenAtMs;
      const readMs = eventsCut && newest && events[0] ? newest.atMs - events[0].atMs : spanMs;
      const told = eventsCut ? extrapolate(counts, readMs, spanMs) : counts;
      this.#stretches.push({ ...told, endMs: nowMs, spanMs, estimated: eventsCut });
      this.#stretches = this.#stretches.filter(({ endMs }) => endMs > nowMs - rateWindowMs);
    }
    this.#lastEventId = newest?.id ?? this.#lastEventId ?? '0-0';
  }

  #takeTimes({ finished, counts }: QueueLook): void {
    const read = new Set(finished.map(({ jobId }) => jobId));
    this.#finishedIds = this.#finishedIds.filter((id) => !read.has(id));
    for (const times of finished) this.#addTimes(times);
    if (finished.length > 0) this.#keepsRecords = finished.some(({ missing }) => !missing);
    if (counts.prioritized === 0) this.#lowestPriority = 0;
  }

  #addTimes(times: JobTimes): void {
    const { startedAtMs, finishedAtMs } = times;
    if (startedAtMs === null || finishedAtMs === null) return;
    // The start is that of the last attempt: what lies before it is no wait when there were others.
    const waitMs = times.attemptsMade > 1 ? null : Math.max(0, startedAtMs - readySinceMs(times));
    this.#latencies.add({ atMs: finishedAtMs, waitMs, runMs: Math.max(0, finishedAtMs - startedAtMs) });
  }

  /** The lowest priority that waits, learned now and then by whoever can spare the command. */
  learnLowestPriority(score: number | null): void {
    this.#lowestPriority = score === null ? 0 : Math.floor(score / priorityScoreStep);
  }
}

/** A delayed job is ready when its delay is over. */
function readySinceMs({ createdAtMs, delayMs }: JobTimes): number {
  return (createdAtMs ?? 0) + delayMs;
}

/** One that is tried again waits since its last attempt at the earliest. */
function waitingSinceMs(times: JobTimes): number {
  return Math.max(readySinceMs(times), times.startedAtMs ?? 0);
}

interface Minute {
  readonly point: HistoryPoint | null;
}

const emptyMinute = (): Minute => ({ point: null });

function addToMinute({ point }: Minute, view: QueueView, stretch: Stretch | null): Minute {
  const worst = (a: number | null | undefined, b: number | null): number | null =>
    a === null || a === undefined ? b : b === null ? a : Math.max(a, b);
  const sum = (a: number | null | undefined, b: number | undefined): number | null =>
    b === undefined ? (a ?? null) : (a ?? 0) + b;
  return {
    point: {
      atMs: view.seenAtMs,
      waiting: view.counts === null ? null : view.counts.waiting + view.counts.prioritized,
      active: view.counts?.active ?? null,
      delayed: view.counts?.delayed ?? null,
      failed: view.counts?.failed ?? null,
      addedJobs: sum(point?.addedJobs, stretch?.added),
      startedJobs: sum(point?.startedJobs, stretch?.started),
      finishedJobs: sum(point?.finishedJobs, stretch === null ? undefined : stretch.finished + stretch.failed),
      failedJobs: sum(point?.failedJobs, stretch?.failed),
      oldestWaitingMs: worst(point?.oldestWaitingMs, view.oldestWaitingMs),
      waitP95Ms: worst(point?.waitP95Ms, view.latencies.wait?.p95Ms ?? null),
      runP95Ms: worst(point?.runP95Ms, view.latencies.run?.p95Ms ?? null),
      workers: view.workerCount,
      sizeBytes: view.size?.bytes ?? point?.sizeBytes ?? null,
    },
  };
}
