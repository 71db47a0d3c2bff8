/** A process that watches Celery on a broker while events are fed to it, and tells what that cost. */
import { fork } from 'node:child_process';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { celeryTaskQuerySchema } from '../../engine/model/celery-task.ts';
import { type CeleryRoom, celeryRoom } from './celery-room.ts';
import { celeryFleet } from './celery-workers.ts';
import { until } from './until.ts';

export interface Wanted {
  readonly kind: 'burst' | 'memory' | 'answers' | 'idle';
  readonly eventCount: number;
}

export interface Measured {
  readonly eventCount: number;
  readonly lostCount: number;
  /** Tasks that the history did not get. */
  readonly skippedCount: number;
  readonly tookMs: number;
  /** Of all threads of the watching process. */
  readonly cpuMs: number;
  /** The longest time in which nothing else ran. */
  readonly loopDelayMs: number;
  readonly lagMs: number;
  readonly growthBytes: number;
  readonly growthHalfwayBytes: number;
  readonly answerP50Ms: number;
  readonly answerP99Ms: number;
  readonly commandsPerMinute: number;
}

const rates = { burst: 45_000, memory: 10_000, answers: 4_000, idle: 0 } as const;
const workerCount = 10;
/** The monitor's own timer: an idle loop reads as this much, so it is taken off. */
const monitorMs = 5;

process.once('message', (message) => {
  void run(message as Wanted & { url: string }).then((measured) => process.send?.(measured));
});

async function run({ kind, eventCount, url }: Wanted & { url: string }): Promise<Measured> {
  const room = await celeryRoom(url);
  const nothing = {
    cpuMs: 0,
    growthBytes: 0,
    growthHalfwayBytes: 0,
    answerP50Ms: 0,
    answerP99Ms: 0,
    commandsPerMinute: 0,
  };
  try {
    if (kind === 'idle') {
      const commandsPerMinute = await idle(room, url);
      return {
        ...nothing,
        eventCount: 0,
        lostCount: 0,
        skippedCount: 0,
        tookMs: 0,
        loopDelayMs: 0,
        lagMs: 0,
        commandsPerMinute,
      };
    }
    return { ...nothing, ...(await fed(room, url, kind, eventCount)) };
  } finally {
    await room.stop();
  }
}

async function fed(room: CeleryRoom, url: string, kind: 'burst' | 'memory' | 'answers', eventCount: number) {
  const state = () => room.eventsState()[0] ?? raise('no broker');
  // What is loaded and compiled at first use is no growth.
  await feed(room, url, 30_000, 20_000);
  await settled(room);
  const before = state();
  const startBytes = restingBytes();
  const delay = monitorEventLoopDelay({ resolution: monitorMs });
  delay.enable();
  let growthHalfwayBytes = 0;
  let lagMs = 0;
  const answerMs: number[] = [];
  const watching = setInterval(() => {
    const { lagMs: now, eventCount: count } = state();
    lagMs = Math.max(lagMs, now);
    const isHalfway = growthHalfwayBytes === 0 && count - before.eventCount >= eventCount / 2;
    if (kind === 'memory' && isHalfway) growthHalfwayBytes = restingBytes() - startBytes;
  }, 20);
  const asking = kind === 'answers' ? setInterval(() => void ask(room, answerMs), 25) : undefined;
  const cpuBefore = process.cpuUsage();
  const tookMs = await feed(room, url, eventCount, rates[kind]);
  const cpu = process.cpuUsage(cpuBefore);
  clearInterval(watching);
  clearInterval(asking);
  delay.disable();
  await settled(room);
  const after = state();
  const sorted = answerMs.toSorted((a, b) => a - b);
  const quantile = (ratio: number): number => sorted[Math.ceil(ratio * sorted.length) - 1] ?? 0;
  return {
    eventCount: after.eventCount - before.eventCount,
    lostCount: after.lostCount + after.malformedCount,
    skippedCount: after.history.skippedCount,
    tookMs,
    cpuMs: (cpu.user + cpu.system) / 1_000,
    loopDelayMs: Math.max(0, delay.max / 1_000_000 - monitorMs),
    lagMs,
    growthBytes: restingBytes() - startBytes,
    growthHalfwayBytes,
    answerP50Ms: quantile(0.5),
    answerP99Ms: quantile(0.99),
  };
}

/** A page as the console asks for it, every now and then a filtered one. */
async function ask(room: CeleryRoom, answerMs: number[]): Promise<void> {
  const filters = answerMs.length % 4 === 0 ? { states: ['FAILURE'], text: 'charge' } : {};
  const startMs = performance.now();
  const { tasks } = await room.desk.page(celeryTaskQuerySchema.parse({ limit: 100, ...filters }));
  if (tasks.length === 0) raise('the list is empty');
  answerMs.push(performance.now() - startMs);
}

/** Answers how long it took until the last event was taken in: of those that arrived at all. */
async function feed(room: CeleryRoom, url: string, eventCount: number, perSecond: number): Promise<number> {
  const startMs = performance.now();
  let [count, lastMs] = [0, startMs];
  const feeder = fork(new URL('./celery-feed-entry.ts', import.meta.url), [
    new URL(url).port,
    String(eventCount),
    String(perSecond),
  ]);
  const watching = setInterval(() => {
    const now = room.eventsState()[0]?.eventCount ?? 0;
    if (now !== count) lastMs = performance.now();
    count = now;
  }, 10);
  await new Promise((resolve) => feeder.once('exit', resolve));
  const isStill = (): boolean => performance.now() - lastMs > 2_000 && room.eventsState()[0]?.waitingMessages === 0;
  await until(isStill, 60_000, 'the last event');
  clearInterval(watching);
  return lastMs - startMs;
}

/** Resolves when the history has it all. */
async function settled(room: CeleryRoom): Promise<void> {
  await until(() => room.eventsState()[0]?.history.unwrittenCount === 0, 60_000, 'the history');
}

async function idle(room: CeleryRoom, url: string): Promise<number> {
  const fleet = celeryFleet(url);
  try {
    const solo = ['-P', 'threads', '-c', '1'];
    for (let worker = 0; worker < workerCount; worker += 1) await fleet.start({ args: solo });
    await until(() => room.verdicts().filter(({ verdict }) => verdict === 'consuming').length === workerCount, 60_000);
    // What finding them cost leaves the minute that is counted.
    await new Promise((resolve) => setTimeout(resolve, 62_000));
    return room.eventsState()[0]?.commandsPerMinute ?? raise('no broker');
  } finally {
    await fleet.stop();
  }
}

function restingBytes(): number {
  globalThis.gc?.();
  return process.memoryUsage().rss;
}

function raise(words: string): never {
  throw new Error(words);
}
