/** Keeps what happened: gathers for a moment, makes one event of many of a kind, and tells of what is new. */
import type { Clock, Stop } from '../../base/clock.ts';
import { Emitter } from '../../base/emitter.ts';
import { messageOf, redactUrls } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { type Said, withTexts } from '../../model/said.ts';
import type { TimelineEvent, TimelinePage, TimelineQuery } from '../../model/timeline.ts';
import { timelineQuerySchema } from '../../model/timeline.ts';
import type { NewTimelineEvent, ProlongedEvent } from '../../store/timeline-store.ts';

/** Implemented by the local store. */
export interface TimelineRecords {
  append(events: readonly NewTimelineEvent[]): number[];
  prolong(id: number, event: ProlongedEvent): void;
  read(query: TimelineQuery): TimelineEvent[];
}

/** What a watcher saw; times are now unless it says another. */
export type Happening = Pick<TimelineEvent, 'kind' | 'code' | 'tone' | 'subject' | 'detail' | 'alert'> & {
  /** `detail` in any language; null where there are no words, or only somebody else's. */
  readonly said: Said | null;
  readonly atMs?: number;
  readonly untilMs?: number;
  readonly count?: number;
  /** What has the same key within seconds is one event; without a key each is its own. */
  readonly mergeKey?: string;
};

export interface TimelineOptions {
  readonly records: TimelineRecords;
  readonly clock: Clock;
  readonly logger: Logger;
}

interface Gathered {
  event: NewTimelineEvent;
  readonly mergeKey: string | null;
  /** Null before it was written. */
  id: number | null;
  isWritten: boolean;
}

/** Told at most four times a second. */
const gatherMs = 250;
/** An event is prolonged by what comes within this long after it. */
const mergeMs = 10_000;
/** A storm that is longer than this begins a second event. */
const longestMs = 5 * 60_000;
const longestDetail = 500;
/** What the store refuses is kept up to this many. */
const waitingCeiling = 2_000;

export class Timeline {
  readonly #options: TimelineOptions;
  readonly #emitter: Emitter<{ added: { lastAtMs: number } }>;
  readonly #open = new Map<string, Gathered>();
  #waiting: Gathered[] = [];
  #disarm: Stop | null = null;

  constructor(options: TimelineOptions) {
    this.#options = options;
    this.#emitter = new Emitter((error) =>
      options.logger.error('A listener to the timeline failed', { error: messageOf(error) }),
    );
  }

  onAdded(listener: (added: { lastAtMs: number }) => void): Stop {
    return this.#emitter.on('added', listener);
  }

  /** Never throws. */
  note(happening: Happening): void {
    const nowMs = this.#options.clock.now();
    const { mergeKey = null, atMs = nowMs, untilMs = atMs, count = 1, ...rest } = happening;
    const detail = harmless(rest.detail);
    const said = rest.said && withTexts(rest.said, harmless);
    const open = mergeKey === null ? undefined : this.#open.get(mergeKey);
    if (open && atMs - open.event.untilMs <= mergeMs && atMs - open.event.atMs <= longestMs) {
      open.event = {
        ...open.event,
        ...{ detail, said },
        untilMs: Math.max(untilMs, open.event.untilMs),
        count: open.event.count + count,
      };
      if (open.isWritten) this.#gather(open);
      return;
    }
    const gathered: Gathered = {
      event: { ...rest, detail, said, atMs, untilMs, count },
      mergeKey,
      id: null,
      isWritten: true,
    };
    if (mergeKey !== null) this.#open.set(mergeKey, gathered);
    this.#gather(gathered);
  }

  /** Newest first. @throws EngineError STORE_UNAVAILABLE */
  page(query: TimelineQuery): TimelinePage {
    this.flush();
    const events = this.#options.records.read({ ...query, limit: query.limit + 1 });
    const page = events.slice(0, query.limit);
    const last = events.length > query.limit ? page.at(-1) : undefined;
    return { events: page, nextBefore: last ? { atMs: last.atMs, id: last.id } : null };
  }

  /** What happened in a stretch, newest first; empty where it cannot be read. */
  between(fromMs: number, toMs: number, limit = 200): TimelineEvent[] {
    try {
      return this.page(timelineQuerySchema.parse({ fromMs, toMs, limit })).events;
    } catch (error) {
      this.#options.logger.warn('The timeline cannot be read', { error: messageOf(error) });
      return [];
    }
  }

  /** Writes what was gathered. What the store refuses is tried again with what comes next. Never throws. */
  flush(): void {
    this.#disarm?.();
    this.#disarm = null;
    if (this.#waiting.length === 0) return;
    const { records, logger, clock } = this.#options;
    const fresh = this.#waiting.filter(({ id }) => id === null);
    try {
      const ids = records.append(fresh.map(({ event }) => event));
      fresh.forEach((gathered, index) => {
        gathered.id = ids[index] ?? null;
      });
      for (const { id, event } of this.#waiting) if (id !== null && event.count > 1) records.prolong(id, event);
      for (const gathered of this.#waiting) gathered.isWritten = true;
      this.#waiting = [];
    } catch (error) {
      this.#waiting = this.#waiting.slice(-waitingCeiling);
      logger.warn('What happened could not be kept', { error: messageOf(error) });
      return;
    }
    const nowMs = clock.now();
    for (const [key, { event }] of this.#open) if (nowMs - event.untilMs > mergeMs) this.#open.delete(key);
    this.#emitter.emit('added', { lastAtMs: nowMs });
  }

  #gather(gathered: Gathered): void {
    gathered.isWritten = false;
    this.#waiting.push(gathered);
    this.#disarm ??= this.#options.clock.after(gatherMs, () => this.flush());
  }
}

function harmless(text: string): string {
  return redactUrls(text).slice(0, longestDetail);
}
