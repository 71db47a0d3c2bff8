/** The past of a connection's servers put together for a chart: folded to its step, up to the newest ten seconds, in short pieces. */
import { setImmediate as giveWay } from 'node:timers/promises';
import { foldStretches, type RedisStretch } from './redis-fold.ts';

export interface PastParts {
  readonly shardIds: readonly number[];
  /** Of one server, of the tier that is asked for or of the finest one for what is not folded yet; oldest first. */
  readonly rows: (tier: 'asked' | 'finest', shardId: number, fromMs: number, toMs: number) => readonly RedisStretch[];
  /** Of the tier that is asked for. */
  readonly tierStepMs: number;
  /** A multiple of the tier's. */
  readonly stepMs: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/** Rows of one server that are read and folded without giving way: some milliseconds. */
const pieceRows = 400;
const pieceSteps = 200;
/** What is not folded yet is less than a step of the coarsest tier. */
const finestStepMs = 10_000;

/** Of all servers together, each `stepMs` long, oldest first; the last one may not be over. */
export async function foldedPast(parts: PastParts): Promise<RedisStretch[]> {
  const steps = new Map<number, RedisStretch[]>();
  for (const shardId of parts.shardIds) {
    for (const [atMs, stretch] of await pastOfOne(parts, shardId)) {
      const step = steps.get(atMs);
      if (step === undefined) steps.set(atMs, [stretch]);
      else step.push(stretch);
    }
  }
  return together(steps);
}

async function pastOfOne(parts: PastParts, shardId: number): Promise<ReadonlyMap<number, RedisStretch>> {
  const { tierStepMs, stepMs, toMs } = parts;
  const steps = new Map<number, RedisStretch>();
  const read = async (tier: 'asked' | 'finest', fromMs: number, rowMs: number): Promise<number | null> => {
    let lastMs: number | null = null;
    for (let atMs = fromMs; atMs <= toMs; atMs += pieceRows * rowMs) {
      const piece = parts.rows(tier, shardId, atMs, Math.min(toMs, atMs + pieceRows * rowMs - 1));
      take(steps, piece, stepMs);
      lastMs = piece.at(-1)?.atMs ?? lastMs;
      await giveWay();
    }
    return lastMs;
  };
  const fromMs = Math.floor(parts.fromMs / stepMs) * stepMs;
  const lastMs = await read('asked', fromMs, tierStepMs);
  if (tierStepMs > finestStepMs) await read('finest', lastMs === null ? fromMs : lastMs + tierStepMs, finestStepMs);
  return steps;
}

/** Adds rows of one server to their steps. */
function take(steps: Map<number, RedisStretch>, rows: readonly RedisStretch[], stepMs: number): void {
  for (const [atMs, own] of Map.groupBy(rows, (row) => Math.floor(row.atMs / stepMs) * stepMs)) {
    const before = steps.get(atMs);
    const all = before === undefined ? own : [before, ...own];
    const [one] = all;
    steps.set(atMs, all.length === 1 && one?.atMs === atMs ? one : foldStretches(all, 'time', atMs));
  }
}

async function together(steps: ReadonlyMap<number, readonly RedisStretch[]>): Promise<RedisStretch[]> {
  const folded: RedisStretch[] = [];
  for (const [atMs, shards] of [...steps].toSorted(([a], [b]) => a - b)) {
    const [one] = shards;
    folded.push(shards.length === 1 && one !== undefined ? one : foldStretches(shards, 'shards', atMs));
    if (folded.length % pieceSteps === 0) await giveWay();
  }
  return folded;
}
