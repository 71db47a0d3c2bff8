/** Walks the jobs of some queues and states in batches, and can be taken up again where a cursor says. */
import { z } from 'zod';
import { EngineError } from '../../base/errors.ts';
import type { BrokerCommands } from '../broker.ts';
import type { PlacedJob } from './job-fields.ts';
import { isTimed, type JobSource, readPlaced, readTimed, type TimeRange } from './job-ranges.ts';

/** `timed`: everything at `score` or older is to come, less `skip` of that very score. `placed`: a source and a place in it. */
const cursorSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('timed'), score: z.number().nullable(), skip: z.number().int().min(0), seen: z.number() }),
  z.object({
    kind: z.literal('placed'),
    source: z.number().int().min(0),
    offset: z.number().int().min(0),
    seen: z.number(),
  }),
]);
type Cursor = z.infer<typeof cursorSchema>;

export interface Batch {
  readonly jobs: readonly PlacedJob[];
  /** True when nothing follows. */
  readonly ended: boolean;
}

export class JobWalk {
  readonly #sources: readonly JobSource[];
  readonly #range: TimeRange;
  #cursor: Cursor;

  /** @throws EngineError CALL_INPUT_INVALID for a cursor of another list. */
  constructor(sources: readonly JobSource[], range: TimeRange, cursor: string | null) {
    this.#sources = sources;
    this.#range = range;
    const timed = sources.every(isTimed);
    this.#cursor =
      cursor === null
        ? timed
          ? { kind: 'timed', score: null, skip: 0, seen: 0 }
          : { kind: 'placed', source: 0, offset: 0, seen: 0 }
        : parseCursor(cursor, timed ? 'timed' : 'placed');
  }

  /** Jobs walked since the beginning of the list, over all its pages. */
  get seenCount(): number {
    return this.#cursor.seen;
  }

  cursor(): string {
    return Buffer.from(JSON.stringify(this.#cursor)).toString('base64url');
  }

  /** At most `count` jobs. @throws EngineError REDIS_* */
  next(commands: BrokerCommands, count: number): Promise<Batch> {
    return this.#cursor.kind === 'timed'
      ? this.#nextTimed(commands, this.#cursor, count)
      : this.#nextPlaced(commands, this.#cursor, count);
  }

  async #nextTimed(
    commands: BrokerCommands,
    cursor: Extract<Cursor, { kind: 'timed' }>,
    count: number,
  ): Promise<Batch> {
    const from = { beforeScore: cursor.score, skip: 0 };
    const one = this.#sources.length === 1;
    const lists = await Promise.all(
      this.#sources.map((source) =>
        readTimed(
          commands,
          source,
          this.#range,
          one ? { ...from, skip: cursor.skip } : from,
          one ? count : count + cursor.skip,
        ),
      ),
    );
    // Several sources share one order: by time, then by the order of the sources, so that what to skip is always the same.
    const merged = one
      ? (lists[0] ?? [])
      : lists
          .flat()
          .toSorted((a, b) => (b.score ?? 0) - (a.score ?? 0))
          .slice(cursor.skip);
    const jobs = merged.slice(0, count);
    this.#cursor = timedAfter(cursor, jobs);
    return { jobs, ended: jobs.length < count };
  }

  async #nextPlaced(
    commands: BrokerCommands,
    start: Extract<Cursor, { kind: 'placed' }>,
    count: number,
  ): Promise<Batch> {
    let cursor = start;
    const source = this.#sources[cursor.source];
    if (!source) return { jobs: [], ended: true };
    const { jobs, read } = await readPlaced(commands, source, this.#range, cursor.offset, count);
    cursor = { ...cursor, offset: cursor.offset + read, seen: cursor.seen + read };
    // A list's end is the end of this source only; the next batch begins the next one.
    if (read < count) cursor = { ...cursor, source: cursor.source + 1, offset: 0 };
    this.#cursor = cursor;
    return { jobs, ended: cursor.source >= this.#sources.length };
  }
}

function timedAfter(before: Extract<Cursor, { kind: 'timed' }>, jobs: readonly PlacedJob[]): Cursor {
  const last = jobs.at(-1);
  if (!last || last.score === null) return before;
  const same = jobs.filter(({ score }) => score === last.score).length;
  const skip = before.score === last.score ? before.skip + same : same;
  return { kind: 'timed', score: last.score, skip, seen: before.seen + jobs.length };
}

function parseCursor(text: string, kind: Cursor['kind']): Cursor {
  const invalid = new EngineError('CALL_INPUT_INVALID', '"cursor": it does not belong to this list');
  try {
    const cursor = cursorSchema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    if (cursor.kind !== kind) throw invalid;
    return cursor;
  } catch {
    throw invalid;
  }
}
