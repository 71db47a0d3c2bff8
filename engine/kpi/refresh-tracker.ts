/** Knows, for every view, whether a refresh is idle, running or failing, and when to try again. */
import type { Clock } from '../base/clock.ts';
import type { RefreshStatus } from '../model/freshness.ts';

interface ViewRefresh {
  running: { taskId: string; progress: number; sinceMs: number } | null;
  failures: number;
  lastError: string;
  nextTryAtMs: number;
}

const firstRetryMs = 5_000;
const longestRetryMs = 5 * 60_000;
const rememberedCount = 1_000;

export class RefreshTracker {
  readonly #clock: Clock;
  readonly #views = new Map<string, ViewRefresh>();
  readonly #viewOfTask = new Map<string, string>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  started(viewId: string, taskId: string): void {
    const view = this.#view(viewId);
    if (view.running?.taskId === taskId) return;
    if (view.running) this.#viewOfTask.delete(view.running.taskId);
    view.running = { taskId, progress: 0, sinceMs: this.#clock.now() };
    this.#viewOfTask.set(taskId, viewId);
  }

  /** @param progress 0–1 */
  progressed(taskId: string, progress: number): void {
    const running = this.#runningTask(taskId);
    if (running) running.progress = progress;
  }

  succeeded(taskId: string): void {
    const viewId = this.#viewOfTask.get(taskId);
    this.#viewOfTask.delete(taskId);
    if (viewId !== undefined) this.#views.delete(viewId);
  }

  failed(taskId: string, error: string): void {
    const viewId = this.#viewOfTask.get(taskId);
    this.#viewOfTask.delete(taskId);
    if (viewId !== undefined) this.failedView(viewId, error);
  }

  /** A refresh that could not even be started counts as a failure of its view. */
  failedView(viewId: string, error: string): void {
    const view = this.#view(viewId);
    view.running = null;
    view.failures += 1;
    view.lastError = error;
    view.nextTryAtMs = this.#clock.now() + Math.min(firstRetryMs * 2 ** (view.failures - 1), longestRetryMs);
  }

  /** Ended without an outcome, e.g. revoked: neither a success nor a failure. */
  ended(taskId: string): void {
    const viewId = this.#viewOfTask.get(taskId);
    this.#viewOfTask.delete(taskId);
    const view = viewId === undefined ? undefined : this.#views.get(viewId);
    if (view?.running?.taskId === taskId) view.running = null;
  }

  viewOf(taskId: string): string | null {
    return this.#viewOfTask.get(taskId) ?? null;
  }

  runningTaskOf(viewId: string): string | null {
    return this.#views.get(viewId)?.running?.taskId ?? null;
  }

  /** Tasks believed to run; their truth is asked of the queue when their events may have been missed. */
  runningTasks(): { taskId: string; sinceMs: number }[] {
    return [...this.#views.values()].flatMap(({ running }) =>
      running ? [{ taskId: running.taskId, sinceMs: running.sinceMs }] : [],
    );
  }

  /** True while a failed view waits for its next try, or one runs. */
  shouldWait(viewId: string): boolean {
    const view = this.#views.get(viewId);
    if (!view) return false;
    return view.running !== null || this.#clock.now() < view.nextTryAtMs;
  }

  statusOf(viewId: string): RefreshStatus {
    const view = this.#views.get(viewId);
    if (view?.running) return { status: 'running', ...view.running };
    if (!view || view.failures === 0) return { status: 'idle' };
    const { failures: times, lastError, nextTryAtMs } = view;
    return { status: 'failed', times, lastError, nextTryAtMs };
  }

  #runningTask(taskId: string): ViewRefresh['running'] {
    const viewId = this.#viewOfTask.get(taskId);
    return (viewId === undefined ? null : this.#views.get(viewId)?.running) ?? null;
  }

  #view(viewId: string): ViewRefresh {
    const known = this.#views.get(viewId);
    if (known) return known;
    const view: ViewRefresh = { running: null, failures: 0, lastError: '', nextTryAtMs: 0 };
    this.#views.set(viewId, view);
    const oldest = this.#views.keys().next();
    if (this.#views.size > rememberedCount && !oldest.done) this.#views.delete(oldest.value);
    return view;
  }
}
