/** Reads stretches of a queue's lists and sets, in the order of the console, with a place to go on from. */
import type { JobState, QueueId } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import type { PlacedJob } from './job-fields.ts';
import { delayedScoreOf, isMarker, queueKey, stateParts } from './queue-layout.ts';
import { countOf, scoredOf, textsOf } from './replies.ts';

/** One list or set of one queue. */
export interface JobSource {
  readonly queue: QueueId;
  readonly state: JobState;
  /** `wait`, `paused`, `failed`, … */
  readonly part: string;
  readonly kind: 'list' | 'sorted';
}

export function sourcesOf(queues: readonly QueueId[], states: readonly JobState[]): JobSource[] {
  return queues.flatMap((queue) =>
    states.flatMap((state) => {
      const { kind, names } = stateParts(state);
      return names.map((part) => ({ queue, state, part, kind }));
    }),
  );
}

/** Finished jobs are kept by the time of their end, so several queues can be shown as one list, newest first. */
export function isTimed({ state }: JobSource): boolean {
  return state === 'completed' || state === 'failed';
}

export async function lengthOf(commands: BrokerCommands, source: JobSource, range: TimeRange): Promise<number> {
  const key = queueKey(source.queue, source.part);
  if (source.kind === 'list') return countOf(await commands.call('LLEN', key));
  if (!hasScoreTimes(source) || isWholeTime(range)) return countOf(await commands.call('ZCARD', key));
  const [from, to] = scoresOf(source, range);
  return countOf(await commands.call('ZCOUNT', key, from, to));
}

export interface TimeRange {
  readonly fromMs?: number | undefined;
  readonly toMs?: number | undefined;
}

const isWholeTime = ({ fromMs, toMs }: TimeRange): boolean => fromMs === undefined && toMs === undefined;

/** True when the set's order is one of time, so that a stretch of time is found without reading records. */
export function hasScoreTimes({ state }: JobSource): boolean {
  return state === 'completed' || state === 'failed' || state === 'delayed';
}

function scoresOf({ state }: JobSource, { fromMs, toMs }: TimeRange): [number | string, number | string] {
  const score = state === 'delayed' ? delayedScoreOf : (atMs: number): number => atMs;
  return [fromMs === undefined ? '-inf' : score(fromMs), toMs === undefined ? '+inf' : score(toMs)];
}

/** Newest first, at or before `beforeScore`, leaving out `skip` of them. */
export async function readTimed(
  commands: BrokerCommands,
  source: JobSource,
  range: TimeRange,
  from: { readonly beforeScore: number | null; readonly skip: number },
  count: number,
): Promise<PlacedJob[]> {
  const [low, high] = scoresOf(source, range);
  const reply = await commands.call(
    'ZREVRANGEBYSCORE',
    queueKey(source.queue, source.part),
    from.beforeScore ?? high,
    low,
    'WITHSCORES',
    'LIMIT',
    from.skip,
    count,
  );
  return scoredOf(reply).map(({ member, score }) => placed(source, member, score));
}

/** From `offset` on in the order in which jobs will run: lists are worked off from their end. */
export async function readPlaced(
  commands: BrokerCommands,
  source: JobSource,
  range: TimeRange,
  offset: number,
  count: number,
): Promise<{ readonly jobs: PlacedJob[]; readonly read: number }> {
  const key = queueKey(source.queue, source.part);
  if (source.kind === 'list') {
    const ids = textsOf(await commands.call('LRANGE', key, -(offset + count), -(offset + 1))).toReversed();
    return { jobs: ids.filter((id) => !isMarker(id)).map((id) => placed(source, id, null)), read: ids.length };
  }
  const scored = hasScoreTimes(source)
    ? await commands.call('ZRANGEBYSCORE', key, ...scoresOf(source, range), 'WITHSCORES', 'LIMIT', offset, count)
    : await commands.call('ZRANGE', key, offset, offset + count - 1, 'WITHSCORES');
  const rows = scoredOf(scored);
  return { jobs: rows.map(({ member, score }) => placed(source, member, score)), read: rows.length };
}

function placed({ queue, state }: JobSource, jobId: string, score: number | null): PlacedJob {
  return { queue, jobId, state, score };
}
