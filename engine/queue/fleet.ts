/** What workers and consoles leave for each other on the broker, beside BullMQ's queues: heartbeats and cancellations. */
import { z } from 'zod';
import { queueNameSchema, type TaskStatus, taskStatusSchema } from '../model/task.ts';
import { workerHeartbeatSchema } from '../model/worker.ts';
import { type BrokerCommands, queuePrefix } from './broker.ts';

/** A heartbeat with what a verdict needs beside it. */
export const workerReportSchema = workerHeartbeatSchema.extend({
  /** Jobs of each queue this process can run at once. */
  slots: z.partialRecord(queueNameSchema, z.number()),
  /** When a job of each queue was last begun here. */
  lastStartedAtMs: z.partialRecord(queueNameSchema, z.number()),
  /** This machine's clock minus the broker's. */
  clockSkewMs: z.number(),
  /** How long the jobs of each queue took here. */
  runs: z.partialRecord(queueNameSchema, z.object({ count: z.number(), meanMs: z.number() })).default({}),
  /** It takes no new job. */
  retiring: z.boolean().default(false),
  /** True in the last report of a process that stops in order. */
  goodbye: z.boolean(),
});
export type WorkerReport = z.infer<typeof workerReportSchema>;

const beatsKey = `${queuePrefix}:fleet:beats`;
/** Where a running job is asked to stop, by its task id, or a worker to be replaced, by {@link recycleMessage}. */
export const controlChannel = `${queuePrefix}:fleet:control`;

const recyclePrefix = 'recycle:';
export const recycleMessage = (workerId: string): string => `${recyclePrefix}${workerId}`;

const reportTtlMs = 15 * 60_000;
const goodbyeTtlMs = 60_000;
const listedForMs = 60 * 60_000;
/** Who is asked for heartbeats; more would be read than a fleet has. */
const mostReports = 2_000;
const revokedTtlMs = 24 * 60 * 60_000;

const reportKey = (workerId: string): string => `${queuePrefix}:fleet:beat:${workerId}`;
const revokedKey = (taskId: string): string => `${queuePrefix}:fleet:revoked:${taskId}`;

/** The broker's wall clock, epoch milliseconds: the one that all machines share. */
export async function brokerTime(commands: BrokerCommands): Promise<number> {
  const [seconds, microseconds] = z.tuple([z.coerce.number(), z.coerce.number()]).parse(await commands.call('TIME'));
  return seconds * 1_000 + Math.floor(microseconds / 1_000);
}

export async function storeReport(commands: BrokerCommands, report: WorkerReport): Promise<void> {
  const atMs = report.sentAtMs - report.clockSkewMs;
  const ttlMs = report.goodbye ? goodbyeTtlMs : reportTtlMs;
  await Promise.all([
    commands.call('SET', reportKey(report.workerId), JSON.stringify(report), 'PX', ttlMs),
    commands.call('ZADD', beatsKey, atMs, report.workerId),
    commands.call('ZREMRANGEBYSCORE', beatsKey, '-inf', atMs - listedForMs),
  ]);
}

/** The last report of each worker heard of in the last quarter of an hour. A report of another format is left out. */
export async function readReports(commands: BrokerCommands): Promise<WorkerReport[]> {
  const ids = z.array(z.string()).parse(await commands.call('ZRANGE', beatsKey, -mostReports, -1));
  const texts = await Promise.all(ids.map((id) => commands.call('GET', reportKey(id))));
  return texts.flatMap((text) => {
    const report = parseJson(text, workerReportSchema);
    return report ? [report] : [];
  });
}

/** Remembers a cancelled task: its record may be gone, and a worker may have missed the request to stop. */
export async function storeRevoked(commands: BrokerCommands, status: TaskStatus): Promise<void> {
  await commands.call('SET', revokedKey(status.taskId), JSON.stringify(status), 'PX', revokedTtlMs);
}

export async function findRevoked(commands: BrokerCommands, taskId: string): Promise<TaskStatus | null> {
  return parseJson(await commands.call('GET', revokedKey(taskId)), taskStatusSchema);
}

/** Which of the tasks were cancelled. */
export async function filterRevoked(commands: BrokerCommands, taskIds: readonly string[]): Promise<string[]> {
  const found = await Promise.all(taskIds.map((taskId) => commands.call('EXISTS', revokedKey(taskId))));
  return taskIds.filter((_, index) => found[index] === 1);
}

/** @param message a task id or {@link recycleMessage} */
export async function sendControl(commands: BrokerCommands, message: string): Promise<void> {
  await commands.call('PUBLISH', controlChannel, message);
}

function parseJson<Schema extends z.ZodType>(text: unknown, schema: Schema): z.infer<Schema> | null {
  if (typeof text !== 'string') return null;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
