/** What a test tells its worker processes, and the handlers that they run: each job does what its filters say. */
import { appendFileSync } from 'node:fs';
import { z } from 'zod';
import { systemClock } from '../../engine/base/clock.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { queueNameSchema } from '../../engine/model/task.ts';
import type { JobContext, JobHandlers } from '../../engine/queue/job-runner.ts';
import type { RefreshData } from '../../engine/queue/jobs.ts';

export const workerSettingsSchema = z.object({
  socketPath: z.string(),
  /** One line a thing done: `<what> <view> <pid>`. */
  journal: z.string(),
  queues: z.array(queueNameSchema),
  concurrency: z.number(),
  maxJobs: z.number().nullable(),
  lockMs: z.number(),
  stalledCheckMs: z.number(),
  softLimitMs: z.number().nullable(),
  maxRssBytes: z.number().nullable(),
});
export type WorkerSettings = z.infer<typeof workerSettingsSchema>;

/** What a leaking job leaves behind. */
const hoard: Buffer[] = [];

/** Holds the whole process up, as an endless loop would. */
function block(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

/** Handlers that write to a journal; filters `takesMs`, `fails`, `deaf`, `blocksMs`, `hoardsMb` and `steps` say how a job behaves. */
export function journalHandlers(journal: string): JobHandlers {
  const write = (what: string, view: string): void => appendFileSync(journal, `${what} ${view} ${process.pid}\n`);
  const refresh = async (data: RefreshData, context: JobContext): Promise<{ view: string }> => {
    write('started', data.viewId);
    const { takesMs = 0, steps = 1, fails, deaf, blocksMs = 0, hoardsMb = 0 } = data.filters;
    if (Number(hoardsMb) > 0) hoard.push(Buffer.alloc(Number(hoardsMb) * 1024 * 1024, 1));
    block(Number(blocksMs));
    const signal = deaf === undefined ? context.signal : undefined;
    for (let step = 0; step < Number(steps); step += 1) {
      context.progress(data.sections[step] ?? 'essentials', step, Number(steps));
      await systemClock.sleep(Number(takesMs) / Number(steps), signal);
    }
    if (fails === 'for-good') throw new EngineError('FILTER_INVALID', 'The filter cliente is not known');
    if (fails !== undefined) throw new Error(`No ${fails} at postgres://user:secret@host/db`);
    write('finished', data.viewId);
    return { view: data.viewId };
  };
  const plain = (name: string) => async (): Promise<void> => write('finished', name);
  return {
    'refresh-kpis': refresh,
    'refresh-dashboard': refresh,
    precompute: plain('precompute'),
    'clean-up': plain('clean-up'),
  };
}
