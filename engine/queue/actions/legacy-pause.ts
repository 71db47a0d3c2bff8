/** Pauses a queue so that neither BullMQ 4 or 5 nor 6 loses a job when it is resumed by any of them. */
import type { QueueView } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import { type QueuePlace, queueKey } from '../inspect/queue-layout.ts';

/**
 * BullMQ 4 and 5 park the waiting jobs in the list `paused` and rename it back over `wait` when they resume, whatever
 * lies in `wait` by then. Version 6 leaves the jobs in `wait` and takes up both lists when it resumes. So a queue that
 * is not surely one of version 6 is paused as by version 5. Five commands that take no time whatever the lengths.
 * Source: `pause-5.lua` of bullmq 4.18, `pause-7.lua` of 5.81 and 6.7.
 */
const pauseScript = `
if redis.call('EXISTS', KEYS[1]) == 1 and redis.call('EXISTS', KEYS[2]) == 0 then redis.call('RENAME', KEYS[1], KEYS[2]) end
redis.call('HSET', KEYS[3], 'paused', 1)
redis.call('DEL', KEYS[4])
redis.call('XADD', KEYS[5], 'MAXLEN', '~', 10000, '*', 'event', 'paused')
return 1`;

export async function pauseAsBefore(commands: BrokerCommands, place: QueuePlace): Promise<void> {
  const keys = ['wait', 'paused', 'meta', 'marker', 'events'].map((part) => queueKey(place, part));
  await commands.call('EVAL', pauseScript, keys.length, ...keys);
}

/** True unless the queue says that version 6 or later made it. */
export function parksWhenPaused({ maker }: QueueView): boolean {
  return maker.major === null || maker.major < 6;
}
