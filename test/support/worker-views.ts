/** Workers and schedules as a console sees them, for tests that need any. */
import type { WorkerView } from '../../engine/model/worker.ts';

/** An idle process of four slots. */
export function workerView(changes: Partial<WorkerView> = {}): WorkerView {
  return {
    workerId: 'w1',
    host: 'h',
    pid: 1,
    version: 'test',
    queues: ['kpis', 'dashboard', 'background'],
    slots: 4,
    slotsByQueue: { kpis: 1, dashboard: 2, background: 1 },
    activeJobCount: 0,
    activeJobs: [],
    verdict: 'consuming',
    evidence: 'heartbeat 1 s ago',
    startedAtMs: 0,
    uptimeMs: 60_000,
    lastHeartbeatAtMs: 0,
    processedCount: 0,
    failedCount: 0,
    recycledCount: 0,
    rssBytes: 1,
    cpuRatio: null,
    eventLoopDelayMs: 0,
    clockSkewMs: 0,
    retiring: false,
    own: true,
    ...changes,
  };
}
