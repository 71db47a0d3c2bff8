/** One look at many queues: at most fifteen cheap commands a queue, all sent at once in two steps, nothing interpreted. */
import type { JobCounts } from '../../model/queue.ts';
import type { BrokerCommands } from '../broker.ts';
import {
  isMarker,
  metaFields,
  parseMeta,
  priorityScoreStep,
  type QueueMeta,
  type QueuePlace,
  queueKey,
} from './queue-layout.ts';
import { countOf, entriesOf, maybeTextsOf, type StreamEntry, scoredOf, textsOf } from './replies.ts';

/** What the last look left for the next: where the events were read to, and what is worth a command. */
export interface LookMemory {
  readonly lastEventId: string | null;
  /** Of the lowest priority seen waiting, so that starving jobs are found. */
  readonly lowestPriority: number;
  readonly prioritizedCount: number;
  readonly waitingChildrenCount: number;
  readonly pausedListCount: number;
  /** True once the list of BullMQ 4 and 5 for paused queues may have something. */
  readonly usesPausedList: boolean;
  /** Ids of newly finished jobs whose records are worth reading for their times. */
  readonly finishedIds: readonly string[];
  /** True while the queue has a rate limit. */
  readonly isLimited: boolean;
  /** As at the last look at it. */
  readonly oldestActive: JobTimes | null;
  readonly round: number;
}

/** The times of one job; null where the record has none. */
export interface JobTimes {
  readonly jobId: string;
  readonly createdAtMs: number | null;
  /** As it was asked for; the record's own `delay` becomes 0 when the time has come. */
  readonly delayMs: number;
  readonly attemptsMade: number;
  readonly startedAtMs: number | null;
  readonly finishedAtMs: number | null;
  readonly missing: boolean;
}

export interface QueueLook {
  readonly meta: QueueMeta;
  readonly counts: JobCounts;
  readonly pausedListCount: number;
  readonly oldestWaiting: readonly JobTimes[];
  readonly oldestActive: JobTimes | null;
  /** Null when it was not looked at in this round. */
  readonly nextDelayed: { readonly score: number | null } | null;
  /** Oldest first. */
  readonly events: readonly StreamEntry[];
  /** True when there were more events than were read. */
  readonly eventsCut: boolean;
  readonly finished: readonly JobTimes[];
  readonly limiterTtlMs: number | null;
  readonly commandCount: number;
}

/** The ceiling of one queue in one round. */
export const commandsPerLook = 15;
/** Events read a round; more than this since the last one, and the newest stand for all. */
export const eventsPerLook = 200;

/** Source: `classes/job.js`; BullMQ 4 counts attempts in `attemptsMade`, later versions in `atm`. */
const timeFields = ['timestamp', 'processedOn', 'finishedOn', 'atm', 'attemptsMade', 'opts'] as const;

/** Looks at one queue. Errors of any single command fail the look. */
export async function lookAt(commands: BrokerCommands, place: QueuePlace, memory: LookMemory): Promise<QueueLook> {
  const counter = new CountingCommands(commands);
  const first = await firstStep(counter, place, memory);
  const { waitIds, prioritizedIds, activeId, pausedWasRead, ...found } = first;
  // The pause is news: the jobs that BullMQ 4 and 5 parked would be missing until the next turn of their list.
  const parked =
    found.meta.paused && !pausedWasRead ? countOf(await counter.call('LLEN', queueKey(place, 'paused'))) : 0;
  const counts = { ...found.counts, waiting: found.counts.waiting + parked };
  const pausedListCount = found.pausedListCount + parked;
  const waitingIds = [...waitIds, ...prioritizedIds].slice(
    0,
    Math.max(0, Math.min(2, commandsPerLook - counter.count)),
  );
  const room = Math.max(0, commandsPerLook - counter.count - waitingIds.length - (activeId === null ? 0 : 1));
  const times = (jobId: string): Promise<JobTimes> => timesOf(counter, place, jobId);
  const [oldestWaiting, oldestActive, finished] = await Promise.all([
    Promise.all(waitingIds.map(times)),
    activeId === null ? (found.counts.active > 0 ? memory.oldestActive : null) : times(activeId),
    Promise.all(memory.finishedIds.slice(0, room).map(times)),
  ]);
  return { ...found, counts, pausedListCount, oldestWaiting, oldestActive, finished, commandCount: counter.count };
}

interface FirstStep extends Omit<QueueLook, 'oldestWaiting' | 'oldestActive' | 'finished' | 'commandCount'> {
  readonly waitIds: readonly string[];
  readonly prioritizedIds: readonly string[];
  readonly activeId: string | null;
  readonly pausedWasRead: boolean;
}

async function firstStep(commands: BrokerCommands, place: QueuePlace, memory: LookMemory): Promise<FirstStep> {
  const key = (part: string): string => queueKey(place, part);
  // What changes rarely, or is as true five seconds later, takes turns; the ceiling holds with everything in the queue.
  const even = memory.round % 2 === 0;
  const readPaused = even || memory.usesPausedList;
  const readLimiter = !even && memory.isLimited && !memory.usesPausedList;
  const lowest = memory.lowestPriority * priorityScoreStep;
  const tailOf = memory.pausedListCount > 0 ? 'paused' : 'wait';
  const turns = Promise.all([
    readPaused ? commands.call('LLEN', key('paused')) : memory.pausedListCount,
    even ? memory.waitingChildrenCount : commands.call('ZCARD', key('waiting-children')),
    memory.prioritizedCount > 0
      ? commands.call('ZRANGEBYSCORE', key('prioritized'), lowest, '+inf', 'LIMIT', 0, 1)
      : [],
    even ? commands.call('LRANGE', key('active'), -1, -1) : [],
    even ? null : commands.call('ZRANGE', key('delayed'), 0, 0, 'WITHSCORES'),
    readLimiter ? commands.call('PTTL', key('limiter')) : null,
  ]);
  const [meta, wait, active, prioritized, delayed, completed, failed, tail, events] = await Promise.all([
    commands.call('HMGET', key('meta'), ...metaFields),
    commands.call('LLEN', key('wait')),
    commands.call('LLEN', key('active')),
    commands.call('ZCARD', key('prioritized')),
    commands.call('ZCARD', key('delayed')),
    commands.call('ZCARD', key('completed')),
    commands.call('ZCARD', key('failed')),
    commands.call('LRANGE', key(tailOf), -2, -1),
    readEvents(commands, key('events'), memory.lastEventId),
  ]);
  const [paused, children, low, activeTail, next, limiter] = await turns;
  const entries = entriesOf(events).toReversed();
  const waitIds = textsOf(tail).filter((id) => !isMarker(id));
  const markerCount = textsOf(tail).length - waitIds.length;
  return {
    meta: parseMeta(maybeTextsOf(meta)),
    counts: {
      waiting: Math.max(0, countOf(wait) + countOf(paused) - markerCount),
      prioritized: countOf(prioritized),
      active: countOf(active),
      delayed: countOf(delayed),
      'waiting-children': countOf(children),
      completed: countOf(completed),
      failed: countOf(failed),
    },
    pausedListCount: countOf(paused),
    pausedWasRead: readPaused || memory.pausedListCount > 0,
    nextDelayed: next === null ? null : { score: scoredOf(next)[0]?.score ?? null },
    limiterTtlMs: limiter === null ? null : Math.max(0, countOf(limiter)),
    events: entries,
    eventsCut: entries.length >= eventsPerLook,
    waitIds: waitIds.slice(-1),
    prioritizedIds: textsOf(low),
    activeId: textsOf(activeTail)[0] ?? null,
  };
}

/** Newest first. Without a place to go on from only the newest few: they tell of the past, not of a rate. */
function readEvents(commands: BrokerCommands, key: string, lastId: string | null): Promise<unknown> {
  return commands.call('XREVRANGE', key, '+', lastId === null ? '-' : `(${lastId}`, 'COUNT', eventsPerLook);
}

async function timesOf(commands: BrokerCommands, place: QueuePlace, jobId: string): Promise<JobTimes> {
  const reply = maybeTextsOf(await commands.call('HMGET', queueKey(place, jobId), ...timeFields));
  const [created = null, started = null, finished = null, made = null, madeBefore = null, options = null] = reply;
  const time = (text: string | null): number | null => (text === null ? null : Number(text));
  return {
    jobId,
    createdAtMs: time(created),
    delayMs: delayOf(options),
    attemptsMade: Number(made ?? madeBefore ?? 0),
    startedAtMs: time(started),
    finishedAtMs: time(finished),
    missing: created === null,
  };
}

/** Source: the options are one JSON text in which `delay` keeps its name in every version. */
function delayOf(options: string | null): number {
  const match = /"delay":(\d+)/.exec(options ?? '');
  return match ? Number(match[1]) : 0;
}
class CountingCommands implements BrokerCommands {
  readonly #commands: BrokerCommands;
  count = 0;

  constructor(commands: BrokerCommands) {
    this.#commands = commands;
  }

  call(command: string, ...args: (string | number)[]): Promise<unknown> {
    this.count += 1;
    return this.#commands.call(command, ...args);
  }
}
