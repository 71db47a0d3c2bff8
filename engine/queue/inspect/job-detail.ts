/** Reads the whole of one job: its record, its place, logs, lock, relatives and what can be told of its life. */
import type { JobAnswer, JobDetail, JobRef, JobText, TimelineEvent } from '../../model/job.ts';
import type { JobState } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { failureGroupOf } from './error-pattern.ts';
import { maxAttemptsOf, timeOf } from './job-fields.ts';
import { type FoundJob, findJob } from './job-state.ts';
import { explainMissing } from './missing-records.ts';
import { dueAtMsOfScore, parseJobKey, queueKey } from './queue-layout.ts';
import type { QueueServer } from './queue-server.ts';
import { countOf, maybeTextsOf, textOf, textsOf } from './replies.ts';
import { duration } from './words.ts';

/** Longer texts are cut; a page that shows a megabyte of JSON shows nothing. */
const textCeiling = 256 * 1024;
const logLines = 200;
const stackCount = 20;

/**
 * Fields of a record. Source: `classes/job.js` of bullmq 4.18, 5.81 and 6.7: `atm`/`attemptsMade` attempts that ended,
 * `ats` attempts that began, `stc` stalls, `deid` deduplication, `rjk` scheduler, `pb` the worker's name.
 */
const fields = [
  'name',
  'timestamp',
  'processedOn',
  'finishedOn',
  'atm',
  'attemptsMade',
  'ats',
  'stc',
  'delay',
  'priority',
  'opts',
  'progress',
  'failedReason',
  'stacktrace',
  'pb',
  'deid',
  'rjk',
  'parentKey',
] as const;
type Field = (typeof fields)[number];
type Fields = Readonly<Record<Field, string | null>>;

/** @throws EngineError REDIS_* */
export async function readJob(server: QueueServer, ref: JobRef): Promise<JobAnswer> {
  const job = await server.run(`Reading job ${ref.jobId}`, (commands) => read(commands, ref));
  return job === null ? { job: null, missing: await explainMissing(server, 1) } : { job, missing: null };
}

async function read(commands: BrokerCommands, ref: JobRef): Promise<JobDetail | null> {
  const key = queueKey(ref.queue, ref.jobId);
  const values = maybeTextsOf(await commands.call('HMGET', key, ...fields));
  const record = Object.fromEntries(fields.map((name, index) => [name, values[index] ?? null])) as Fields;
  if (record.name === null && record.timestamp === null) return null;
  const [place, data, returnValue, logs, logCount, lockTtl, dependencies, processed] = await Promise.all([
    findJob(commands, ref.queue, ref.jobId),
    readText(commands, key, 'data'),
    readText(commands, key, 'returnvalue'),
    commands.call('LRANGE', `${key}:logs`, -logLines, -1).then(textsOf),
    commands.call('LLEN', `${key}:logs`).then(countOf),
    commands.call('PTTL', `${key}:lock`).then(countOf),
    commands.call('SCARD', `${key}:dependencies`).then(countOf),
    commands.call('HLEN', `${key}:processed`).then(countOf),
  ]);
  const failed = place.state !== 'completed' ? record.failedReason : null;
  return {
    ...ref,
    ...times(record, place),
    state: place.state,
    name: record.name ?? '',
    data: data ?? cut('null'),
    options: cut(record.opts ?? '{}'),
    progress: record.progress === null || record.progress === '0' ? null : cut(record.progress),
    returnValue,
    error: failed,
    failureGroup: failed === null ? null : failureGroupOf(failed),
    stack: stackOf(record.stacktrace),
    logs: { lines: logs, count: logCount },
    attempts: attemptsOf(record),
    delayMs: Number(record.delay ?? 0),
    priority: Number(record.priority ?? 0),
    position: place.position,
    processedBy: record.pb,
    deduplicationId: record.deid,
    schedulerId: record.rjk,
    lockTtlMs: place.state === 'active' ? Math.max(0, lockTtl) : null,
    parent: parentOf(record.parentKey),
    childCount: dependencies + processed,
    timeline: timelineOf(record, place, lockTtl),
    actions: actionsOf(place.state),
  };
}

function times(
  record: Fields,
  { state, score }: FoundJob,
): Pick<JobDetail, 'createdAtMs' | 'startedAtMs' | 'finishedAtMs' | 'dueAtMs'> {
  return {
    createdAtMs: timeOf(record.timestamp),
    startedAtMs: timeOf(record.processedOn),
    finishedAtMs: timeOf(record.finishedOn),
    dueAtMs: state === 'delayed' && score !== null ? dueAtMsOfScore(score) : null,
  };
}

function attemptsOf(record: Fields): JobDetail['attempts'] {
  return {
    made: Number(record.atm ?? record.attemptsMade ?? 0),
    started: record.ats === null ? null : Number(record.ats),
    max: maxAttemptsOf(record.opts),
    stalled: Number(record.stc ?? 0),
  };
}

async function readText(commands: BrokerCommands, key: string, field: string): Promise<JobText | null> {
  const sizeBytes = countOf(await commands.call('HSTRLEN', key, field));
  if (sizeBytes === 0) return null;
  if (sizeBytes > 16 * textCeiling) {
    const text = `(${sizeBytes} bytes: too big to be shown)`;
    return { text, sizeBytes, truncated: true };
  }
  return cut(textOf(await commands.call('HGET', key, field)) ?? '');
}

function cut(text: string): JobText {
  const sizeBytes = Buffer.byteLength(text);
  return { text: text.slice(0, textCeiling), sizeBytes, truncated: text.length > textCeiling };
}

function stackOf(text: string | null): string[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.map(String).slice(-stackCount) : [];
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

function parentOf(key: string | null): JobDetail['parent'] {
  const parsed = key === null ? null : parseJobKey(key, []);
  return parsed ? { queueKey: `${parsed.prefix}:${parsed.name}`, jobId: parsed.jobId } : null;
}

/** In order of time. BullMQ keeps the last start only; earlier attempts are known by their errors, without times. */
function timelineOf(record: Fields, place: FoundJob, lockTtlMs: number): TimelineEvent[] {
  const { createdAtMs, startedAtMs, finishedAtMs, dueAtMs } = times(record, place);
  const { made, max, stalled } = attemptsOf(record);
  const events: (TimelineEvent | null)[] = [
    createdAtMs === null ? null : { kind: 'created', atMs: createdAtMs, note: null },
    startedAtMs === null
      ? null
      : {
          kind: 'started',
          atMs: startedAtMs,
          note: made > 0 || max > 1 ? `attempt ${made + (finishedAtMs === null ? 1 : 0)} of ${max}` : null,
        },
    stalled > 0 && startedAtMs !== null ? { kind: 'stalled', atMs: startedAtMs, note: `${stalled} times` } : null,
    dueAtMs === null ? null : { kind: made > 0 ? 'expected-retry' : 'due', atMs: dueAtMs, note: null },
    finishedAtMs === null ? null : ended(place.state, finishedAtMs, startedAtMs),
  ];
  if (place.state === 'active' && lockTtlMs <= 0 && startedAtMs !== null) {
    events.push({ kind: 'stalled', atMs: startedAtMs, note: 'its worker no longer renews the lock' });
  }
  return events.filter((event) => event !== null).toSorted((a, b) => a.atMs - b.atMs);
}

function ended(state: JobState | null, atMs: number, startedAtMs: number | null): TimelineEvent {
  const note = startedAtMs === null ? null : `after ${duration(atMs - startedAtMs)}`;
  return { kind: state === 'completed' ? 'completed' : 'failed', atMs, note };
}

function actionsOf(state: JobState | null): JobDetail['actions'] {
  switch (state) {
    case 'failed':
    case 'completed':
      return ['retry', 'remove', 'duplicate'];
    case 'delayed':
      return ['promote', 'remove', 'duplicate'];
    case 'active':
      return ['duplicate'];
    case 'waiting':
    case 'prioritized':
    case 'waiting-children':
    case null:
      return ['remove', 'duplicate'];
  }
}
