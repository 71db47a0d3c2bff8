/** What each kind of task does: how it ends, how long it takes. Bounded in names and in space a name. */
import type { CeleryTaskState } from '../../model/celery-task.ts';
import { RuntimeSketch } from './runtime-sketch.ts';
import type { LiveTask } from './task-record.ts';

export interface NameFigures {
  readonly name: string;
  succeeded: number;
  failed: number;
  retried: number;
  lastSeenMs: number;
  readonly runtimes: RuntimeSketch;
}

const nameCeiling = 1_000;
/** Fewer runs do not say what is usual. */
const usualFrom = 20;

export class TaskNames {
  readonly #names = new Map<string, NameFigures>();

  list(): readonly NameFigures[] {
    return [...this.#names.values()];
  }

  /** From the history, after a start. */
  learn(name: string, runtimeMs: number): void {
    this.#of(name).runtimes.add(runtimeMs);
  }

  moved(task: LiveTask): void {
    if (task.name === null) return;
    const figures = this.#of(task.name);
    figures.lastSeenMs = Math.max(figures.lastSeenMs, task.lastHeardMs);
    this.#count(figures, task.state);
    if (task.state === 'SUCCESS' && task.runtimeMs !== null) figures.runtimes.add(task.runtimeMs);
  }

  /** Of successful runs; null until there are enough to speak of a usual time. */
  usualMs(name: string | null, ratio = 0.95): number | null {
    const runtimes = name === null ? undefined : this.#names.get(name)?.runtimes;
    return runtimes !== undefined && runtimes.count >= usualFrom ? runtimes.quantile(ratio) : null;
  }

  /** Runs for longer than 95 of 100 of its name took. */
  isSlow(task: { state: CeleryTaskState; name: string | null; startedAtMs: number | null }, nowMs: number): boolean {
    if (task.state !== 'STARTED' || task.startedAtMs === null) return false;
    const usual = this.usualMs(task.name);
    return usual !== null && nowMs - task.startedAtMs > usual;
  }

  #count(figures: NameFigures, state: CeleryTaskState): void {
    if (state === 'SUCCESS') figures.succeeded += 1;
    else if (state === 'FAILURE') figures.failed += 1;
    else if (state === 'RETRY') figures.retried += 1;
  }

  #of(name: string): NameFigures {
    const known = this.#names.get(name);
    if (known) return known;
    if (this.#names.size >= nameCeiling) {
      const oldest = [...this.#names.values()].toSorted((a, b) => a.lastSeenMs - b.lastSeenMs)[0];
      if (oldest) this.#names.delete(oldest.name);
    }
    const figures = { name, succeeded: 0, failed: 0, retried: 0, lastSeenMs: 0, runtimes: new RuntimeSketch() };
    this.#names.set(name, figures);
    return figures;
  }
}
