/** Finds in which of a queue's lists a job is, without walking a long list to its end. */
import type { JobState } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { type QueuePlace, queueKey, stateParts } from './queue-layout.ts';
import { textOf } from './replies.ts';

/** Entries of a list that are compared from each end: some hundred microseconds of Redis's time. */
const comparedEntries = 20_000;

export interface FoundJob {
  /** Null: in none of them, or too deep inside a long list to be seen. */
  readonly state: JobState | null;
  readonly score: number | null;
  /** From the front, where the next job is taken; null when it has no order or was not found. */
  readonly position: number | null;
}

const sortedStates: readonly JobState[] = ['completed', 'failed', 'delayed', 'prioritized', 'waiting-children'];

export async function findJob(commands: BrokerCommands, place: QueuePlace, jobId: string): Promise<FoundJob> {
  const scores = await Promise.all(
    sortedStates.map((state) =>
      commands.call('ZSCORE', queueKey(place, stateParts(state).names[0] ?? ''), jobId).then(textOf),
    ),
  );
  const index = scores.findIndex((score) => score !== null);
  const state = sortedStates[index];
  if (state !== undefined)
    return { state, score: Number(scores[index]), position: await rankOf(commands, place, state, jobId) };
  const lists = (['active', 'waiting'] as const).flatMap((name) =>
    stateParts(name).names.map((part) => ({ name, part })),
  );
  const ranks = await Promise.all(lists.map(({ part }) => listPlace(commands, queueKey(place, part), jobId)));
  const at = ranks.findIndex((rank) => rank !== null);
  return { state: lists[at]?.name ?? null, score: null, position: ranks[at]?.position ?? null };
}

async function rankOf(
  commands: BrokerCommands,
  place: QueuePlace,
  state: JobState,
  jobId: string,
): Promise<number | null> {
  if (state !== 'delayed' && state !== 'prioritized') return null;
  const rank = await commands.call('ZRANK', queueKey(place, state), jobId);
  return rank === null ? null : Number(rank);
}

/** The next job is taken from the end, so the end is searched first. */
async function listPlace(
  commands: BrokerCommands,
  key: string,
  jobId: string,
): Promise<{ position: number | null } | null> {
  const [fromEnd, fromStart, length] = await Promise.all([
    commands.call('LPOS', key, jobId, 'RANK', -1, 'MAXLEN', comparedEntries),
    commands.call('LPOS', key, jobId, 'RANK', 1, 'MAXLEN', comparedEntries),
    commands.call('LLEN', key),
  ]);
  const index = fromEnd ?? fromStart;
  return index === null || index === undefined ? null : { position: Number(length) - 1 - Number(index) };
}
