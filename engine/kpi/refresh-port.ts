/** How the KPI room asks for work in the background; filled in by the engine with the job queues. */
import type { NormalizedFilters } from './pack.ts';

export interface RefreshRequest {
  readonly viewId: string;
  readonly filters: NormalizedFilters;
  readonly asOf: string;
  readonly sections: readonly string[];
  /** Compute also what is fresh. */
  readonly force: boolean;
  /** Somebody waits for it, or a value is about to end that nobody must find stale. */
  readonly urgency: 'waited-for' | 'early';
  /** Who or what wants it, for the job's record. */
  readonly requestedBy: string;
}

export interface RefreshPort {
  /** True while a worker's result can reach this process: broker and cache are both there. */
  available(): boolean;
  /** Queues the refresh, or joins the one of this view that waits or runs. @throws EngineError QUEUE_UNREACHABLE */
  request(request: RefreshRequest): Promise<{ taskId: string }>;
}
