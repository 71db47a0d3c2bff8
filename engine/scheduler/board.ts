/** What schedulers leave for each other on the broker: who acts, who else is there, what was dealt with, what users changed. */
import { z } from 'zod';
import { runOutcomeSchema, type SchedulerSeat, schedulerSeatSchema } from '../model/schedule.ts';
import { type BrokerCommands, queuePrefix } from '../queue/broker.ts';
import { brokerTime } from '../queue/fleet.ts';
import { type ScheduleEdit, scheduleEditSchema } from './catalog.ts';

/** What became of the latest due time of a schedule, for those that did not see to it themselves. */
export const handledRunSchema = z.object({
  dueMs: z.number(),
  startedAtMs: z.number().nullable(),
  outcome: runOutcomeSchema,
  taskId: z.string().nullable(),
  error: z.string().nullable(),
});
export type HandledRun = z.infer<typeof handledRunSchema>;

export interface BoardView {
  /** Who acts; null while nobody does. */
  readonly acting: SchedulerSeat | null;
  /** All that are alive, the caller included. */
  readonly seats: readonly SchedulerSeat[];
  readonly handled: ReadonlyMap<string, HandledRun>;
  readonly edits: readonly ScheduleEdit[];
}

/** Every call may reject with QUEUE_UNREACHABLE. */
export interface SchedulerBoard {
  /** Says that this one lives, takes or renews the lease where it can, and reads the rest. */
  beat(seat: SchedulerSeat): Promise<BoardView>;
  handled(scheduleId: string, run: HandledRun): Promise<void>;
  publish(edit: ScheduleEdit): Promise<void>;
  /** Gives the lease up and leaves. */
  leave(schedulerId: string): Promise<void>;
}

/** Renewed with every beat; whoever does not for so long has lost it. */
export const leaseMs = 15_000;

const key = (name: string): string => `${queuePrefix}:scheduler:${name}`;

/** Taken when free, renewed when ours; answers whose it is. */
const leaseScript = `
local holder = redis.call('GET', KEYS[1])
if not holder or cjson.decode(holder).schedulerId == ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  return ARGV[1]
end
return holder`;

const leaveScript = `
local holder = redis.call('GET', KEYS[1])
if holder and cjson.decode(holder).schedulerId == ARGV[1] then redis.call('DEL', KEYS[1]) end
return redis.call('HDEL', KEYS[2], ARGV[1])`;

/** Keeps the later of two words on a schedule, whoever writes last. */
const publishScript = `
local known = redis.call('HGET', KEYS[1], ARGV[1])
if known and cjson.decode(known).revision > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

type OnBroker = <Value>(what: string, work: (commands: BrokerCommands) => Promise<Value>) => Promise<Value>;

export function brokerBoard(onBroker: OnBroker): SchedulerBoard {
  return {
    beat: (seat) =>
      onBroker('The beat of the scheduler', async (commands) => {
        const nowMs = await brokerTime(commands);
        const text = JSON.stringify({ ...seat, lastSeenAtMs: nowMs });
        const holder = await commands.call('EVAL', leaseScript, 1, key('lease'), text, seat.schedulerId, leaseMs);
        await commands.call('HSET', key('seats'), seat.schedulerId, text);
        const [seats, handled, edits] = await Promise.all([
          readHash(commands, key('seats'), schedulerSeatSchema),
          readHash(commands, key('handled'), handledRunSchema),
          readHash(commands, key('edits'), scheduleEditSchema),
        ]);
        const living = await dropSilent(commands, seats, nowMs);
        const acting = schedulerSeatSchema.safeParse(parse(holder));
        return { acting: acting.data ?? null, seats: living, handled, edits: [...edits.values()] };
      }),
    handled: (scheduleId, run) =>
      onBroker('Noting a scheduled run', async (commands) => {
        await commands.call('HSET', key('handled'), scheduleId, JSON.stringify(run));
      }),
    publish: (edit) =>
      onBroker('Sharing a changed schedule', async (commands) => {
        await commands.call('EVAL', publishScript, 1, key('edits'), edit.id, JSON.stringify(edit), edit.revision);
      }),
    leave: (schedulerId) =>
      onBroker('The goodbye of the scheduler', async (commands) => {
        await commands.call('EVAL', leaveScript, 2, key('lease'), key('seats'), schedulerId);
      }),
  };
}

/** Seats are few; those that fell silent are forgotten by whoever looks. Times are the broker's. */
async function dropSilent(
  commands: BrokerCommands,
  seats: ReadonlyMap<string, SchedulerSeat>,
  nowMs: number,
): Promise<SchedulerSeat[]> {
  const silent = [...seats.values()].filter(({ lastSeenAtMs }) => nowMs - lastSeenAtMs > 2 * leaseMs);
  for (const { schedulerId } of silent) await commands.call('HDEL', key('seats'), schedulerId);
  return [...seats.values()].filter((seat) => !silent.includes(seat));
}

async function readHash<Schema extends z.ZodType>(
  commands: BrokerCommands,
  hash: string,
  schema: Schema,
): Promise<ReadonlyMap<string, z.infer<Schema>>> {
  const flat = z
    .union([z.array(z.string()), z.record(z.string(), z.string())])
    .parse(await commands.call('HGETALL', hash));
  const entries = Array.isArray(flat) ? pairs(flat) : Object.entries(flat);
  return new Map(
    entries.flatMap(([name, text]) => {
      const parsed = schema.safeParse(parse(text));
      return parsed.success ? [[name, parsed.data] as const] : [];
    }),
  );
}

function pairs(flat: readonly string[]): [string, string][] {
  return Array.from({ length: flat.length / 2 }, (_, index) => [flat[2 * index] ?? '', flat[2 * index + 1] ?? '']);
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(String(text));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
