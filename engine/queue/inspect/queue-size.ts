/** Estimates what a queue takes in Redis: its structures as Redis measures them, and a few records for all. */
import type { JobCounts, JobState, QueueSize } from '../../model/queue.ts';
import { jobStates } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { isMarker, type QueuePlace, queueKey, stateParts } from './queue-layout.ts';
import { countOf, scoredOf, textsOf } from './replies.ts';

/** Elements that Redis looks at in each structure. Source: MEMORY USAGE … SAMPLES. */
const samples = 5;
const sampledJobsPerState = 2;

export interface SizeLook {
  readonly size: QueueSize;
  /** Of the job that waits with the lowest priority; null without one. */
  readonly lowestPriorityScore: number | null;
}

/** About 25 short commands, so for one queue at a time. */
export async function measureQueue(
  commands: BrokerCommands,
  place: QueuePlace,
  counts: JobCounts,
  nowMs: number,
): Promise<SizeLook> {
  const usage = async (key: string): Promise<number> =>
    countOf((await commands.call('MEMORY', 'USAGE', key, 'SAMPLES', samples)) ?? 0);
  const filled = jobStates.filter((state) => counts[state] > 0);
  const structures = [...filled.flatMap((state) => stateParts(state).names), 'events', 'meta'];
  const [sizes, records, lowest] = await Promise.all([
    Promise.all(structures.map((part) => usage(queueKey(place, part)))),
    Promise.all(filled.map((state) => sampleRecords(commands, place, state, usage))),
    counts.prioritized > 0 ? commands.call('ZRANGE', queueKey(place, 'prioritized'), -1, -1, 'WITHSCORES') : [],
  ]);
  const recordBytes = records.reduce(
    (sum, { meanBytes }, index) => sum + meanBytes * (counts[filled[index] ?? 'waiting'] ?? 0),
    0,
  );
  const bytes = sizes.reduce((sum, size) => sum + size, 0) + recordBytes;
  return {
    size: { bytes: Math.round(bytes), sampledJobs: records.reduce((sum, { count }) => sum + count, 0), atMs: nowMs },
    lowestPriorityScore: scoredOf(lowest)[0]?.score ?? null,
  };
}

async function sampleRecords(
  commands: BrokerCommands,
  place: QueuePlace,
  state: JobState,
  usage: (key: string) => Promise<number>,
): Promise<{ count: number; meanBytes: number }> {
  const { kind, names } = stateParts(state);
  const command = kind === 'list' ? 'LRANGE' : 'ZRANGE';
  const found = await Promise.all(
    names.map((part) => commands.call(command, queueKey(place, part), -sampledJobsPerState, -1).then(textsOf)),
  );
  const ids = found.flat().filter((id) => !isMarker(id));
  const sizes = await Promise.all(ids.map((id) => usage(queueKey(place, id))));
  const sum = sizes.reduce((total, size) => total + size, 0);
  return { count: ids.length, meanBytes: ids.length === 0 ? 0 : sum / ids.length };
}
