/** Remembers what happened to entries and their views while this process looked on; bounded, the newest kept. */
import type { CacheEvent } from '../../model/cache-entries.ts';

const eventsKept = 40;
const subjectsKept = 5_000;

export class Timeline {
  /** By entry's key or view's id; least recently written first. */
  readonly #events = new Map<string, CacheEvent[]>();

  note(subject: string, event: CacheEvent): void {
    const events = this.#events.get(subject) ?? [];
    this.#events.delete(subject);
    this.#events.set(subject, [...events, event].slice(-eventsKept));
    const oldest = this.#events.keys().next();
    if (this.#events.size > subjectsKept && !oldest.done) this.#events.delete(oldest.value);
  }

  /** Oldest first. */
  of(subject: string): readonly CacheEvent[] {
    return this.#events.get(subject) ?? [];
  }
}

/** Newest first, at most `limit`; the same thing told twice (by the local history and by what was seen) once. */
export function mergeEvents(lists: readonly (readonly CacheEvent[])[], limit: number): CacheEvent[] {
  const seen = new Set<string>();
  const events = lists.flat().filter(({ atMs, kind, taskId }) => {
    const identity = `${kind} ${Math.round(atMs)} ${taskId ?? ''}`;
    const isNew = !seen.has(identity);
    seen.add(identity);
    return isNew;
  });
  return events.toSorted((a, b) => b.atMs - a.atMs).slice(0, limit);
}
