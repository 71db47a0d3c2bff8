/** What one worker answered to our questions, each answer checked and boiled down to what a verdict needs. */
import { z } from 'zod';

const statsSchema = z.object({
  pid: z.number().nullish().catch(null),
  total: z.record(z.string(), z.number()).catch({}),
  pool: z
    .object({
      'max-concurrency': z.number().nullish().catch(null),
      processes: z.array(z.number()).nullish().catch(null),
      implementation: z.string().nullish().catch(null),
    })
    .catch({}),
});

const activeSchema = z.array(
  z.object({ name: z.string().nullish().catch(null), time_start: z.number().nullish().catch(null) }),
);
const queuesSchema = z.array(z.object({ name: z.string() }));

/** An answer to `active` speaks for so long. */
const activeFreshMs = 15_000;

export class AnsweringWorker {
  lastAnswerMs: number | null = null;
  firstAnswerMs: number | null = null;
  /** Questions in a row. */
  unanswered = 0;
  /** Whether it listens for control at the broker. */
  subscribed: 'yes' | 'no' | 'unknown' = 'unknown';
  slots: number | null = null;
  isSolo = false;
  pid: number | null = null;
  processed: number | null = null;
  lastProgressMs: number | null = null;
  activeCount: number | null = null;
  activeAtMs: number | null = null;
  reservedCount: number | null = null;
  queues: readonly string[] | null = null;
  /** Two processes answered under this name. */
  answersTwice = false;
  #active: { name: string | null; startedMs: number }[] = [];

  get lacksQueues(): boolean {
    return this.queues === null && this.unanswered === 0 && this.lastAnswerMs !== null;
  }

  /** @param times answers to one question under its name */
  answered(nowMs: number, times: number): void {
    this.firstAnswerMs ??= nowMs;
    this.lastAnswerMs = nowMs;
    this.unanswered = 0;
    this.subscribed = 'yes';
    this.answersTwice = times > 1;
  }

  missed(subscribed: 'no' | 'unknown'): void {
    this.unanswered += 1;
    this.subscribed = subscribed;
  }

  hasAnsweredFor(nowMs: number): number {
    return this.firstAnswerMs === null ? 0 : nowMs - this.firstAnswerMs;
  }

  takeStats(value: unknown): void {
    const parsed = statsSchema.safeParse(value);
    if (!parsed.success) return;
    const { pid, total, pool } = parsed.data;
    this.pid = pid ?? null;
    const processed = Object.values(total).reduce((sum, count) => sum + count, 0);
    if (this.processed !== null && processed > this.processed) this.lastProgressMs = this.lastAnswerMs;
    this.processed = processed;
    this.isSolo = pool.implementation?.includes('solo') ?? false;
    // The configured size does not follow when processes are added or taken away; their list does. Threads are begun
    // as they are needed, so an idle pool of threads has none and is yet as large as configured.
    this.slots = pool.processes?.length ?? pool['max-concurrency'] ?? null;
  }

  /** @param clockSkewMs the worker's clock minus ours */
  takeActive(value: unknown, clockSkewMs: number, wallMs: number): void {
    const parsed = activeSchema.safeParse(value);
    if (!parsed.success || this.lastAnswerMs === null) return;
    this.activeCount = parsed.data.length;
    this.activeAtMs = this.lastAnswerMs;
    const nowMs = this.lastAnswerMs;
    this.#active = parsed.data.flatMap(({ name, time_start }) => {
      if (time_start === null || time_start === undefined) return [];
      return { name: name ?? null, startedMs: nowMs - (wallMs - (time_start * 1_000 - clockSkewMs)) };
    });
  }

  /** Tasks it ran when it was asked last; none when that is too long ago. */
  activeTasks(nowMs: number): { name: string | null; ageMs: number }[] {
    if (this.activeAtMs === null || nowMs - this.activeAtMs > activeFreshMs) return [];
    return this.#active.map(({ name, startedMs }) => ({ name, ageMs: Math.max(0, nowMs - startedMs) }));
  }

  takeReserved(value: unknown): void {
    if (Array.isArray(value)) this.reservedCount = value.length;
  }

  takeQueues(value: unknown): void {
    const parsed = queuesSchema.safeParse(value);
    if (parsed.success) this.queues = parsed.data.map(({ name }) => name);
  }
}
