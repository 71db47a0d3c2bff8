/** What happens anywhere in the engine, brought to the one line of time. */
import type { AlertEngine } from '../alerts/alert-engine.ts';
import type { CacheOps } from '../api/cache-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { LayeredCache } from '../cache/section-cache.ts';
import type { Settings } from '../config/settings.ts';
import type { CountedWorker } from '../health/ports.ts';
import { LinkChanges, ServerChanges } from '../health/timeline/link-changes.ts';
import { type Happening, Timeline } from '../health/timeline/timeline.ts';
import { QueueChanges, WorkerChanges } from '../health/timeline/work-changes.ts';
import { countWords, plural } from '../health/wording.ts';
import type { ObservationGap } from '../model/alert.ts';
import type { SourceInfo } from '../model/dashboard.ts';
import { said } from '../model/said.ts';
import type { KnownRun } from '../scheduler/run-record.ts';
import type { Store } from '../store/store.ts';
import type { CacheRoom } from './cache.ts';
import type { Connections } from './connections.ts';
import type { Foundation } from './foundation.ts';
import type { WatchedQueues } from './queues.ts';
import type { CommandRecord } from './records.ts';
import type { WatchedRedis } from './redis.ts';

/** What the console does by itself while somebody only looks is nothing that happened. */
const unasked: ReadonlySet<string> = new Set(['review.look']);

export interface TimelineInputs {
  readonly connections: Connections;
  readonly redis: WatchedRedis;
  readonly watchedQueues: WatchedQueues;
  readonly cache: LayeredCache;
  readonly alerts: AlertEngine;
}

export interface TimelineRoom {
  readonly timeline: Timeline;
  /** What tells by itself, from now on. */
  follow(inputs: TimelineInputs): void;
  followWarming(room: CacheRoom): void;
  /** The same verbs; what they clear is noted. */
  noting(ops: CacheOps): CacheOps;
  workersSeen(workers: readonly CountedWorker[]): void;
  sourceSeen(info: SourceInfo): void;
  scheduleTrouble(run: KnownRun): void;
  commandRan(record: CommandRecord): void;
  notObserved(gap: Pick<ObservationGap, 'fromMs' | 'toMs' | 'reason' | 'detail'>): void;
  stop(): void;
}

export function openTimeline(
  store: Pick<Store, 'timeline'>,
  { backlogMs }: Pick<Settings, 'backlogMs'>,
  { clock, logger }: Foundation,
): TimelineRoom {
  const timeline = new Timeline({ records: store.timeline, clock, logger });
  const noteAll = (happenings: readonly Happening[]): void => happenings.forEach((each) => timeline.note(each));
  const workers = new WorkerChanges();
  const stops: Stop[] = [];
  let isReachable = true;
  return {
    timeline,
    follow(inputs) {
      stops.push(...followRooms(inputs, backlogMs, noteAll));
    },
    followWarming(room) {
      stops.push(followWarming(room, noteAll, clock.now()));
    },
    noting: (ops) => ({
      ...ops,
      async clear(order) {
        const report = await ops.clear(order);
        const count = report.removedCount;
        timeline.note({
          ...{ kind: 'cache', code: 'cleared', tone: 'warning', subject: report.layer },
          detail: `${plural(count, 'entry').replace('entrys', 'entries')} removed`,
          said: said('happened_removed', { count }),
        });
        return report;
      },
    }),
    workersSeen: (views) => noteAll(workers.take(views)),
    sourceSeen(info) {
      if (info.reachable === isReachable) return;
      isReachable = info.reachable;
      const { label, problem } = info;
      const change = isReachable
        ? ({ code: 'source_back', tone: 'good' } as const)
        : ({ code: 'source_lost', tone: 'bad' } as const);
      timeline.note({ kind: 'source', ...change, subject: label, detail: problem ?? '', said: null });
    },
    scheduleTrouble(run) {
      const missed = run.outcome === 'missed';
      timeline.note({
        kind: 'schedule',
        code: missed ? 'schedule_missed' : 'schedule_overran',
        tone: 'warning',
        subject: run.scheduleId,
        ...scheduleWords(run),
        // From when it was due until somebody could tell.
        ...(missed ? { atMs: run.dueMs, untilMs: clock.now() } : {}),
        count: Math.max(1, run.dueCount),
      });
    },
    commandRan: ({ call, caller, outcome, error }) => {
      if (unasked.has(call) && outcome === 'succeeded') return;
      timeline.note({
        kind: 'command',
        ...(outcome === 'succeeded'
          ? ({ code: 'command_done', tone: 'plain' } as const)
          : ({ code: 'command_failed', tone: 'warning' } as const)),
        subject: call,
        detail: error === null ? `by ${caller.name}` : `by ${caller.name}: ${error}`,
        said:
          error === null
            ? said('happened_by', { who: caller.name })
            : said('happened_by_failed', { who: caller.name, problem: error }),
        mergeKey: `command ${call} ${caller.name} ${outcome}`,
      });
    },
    notObserved: ({ fromMs, toMs, reason, detail }) =>
      timeline.note({
        kind: 'gap',
        code: 'not_observed',
        tone: 'warning',
        subject: reason,
        detail,
        said: reason === 'own-network' ? said('cause_own_network') : null,
        atMs: fromMs,
        untilMs: toMs ?? fromMs,
        // What goes on is told each round.
        ...(toMs === fromMs ? { mergeKey: `gap ${reason}` } : {}),
      }),
    stop() {
      for (const stop of stops) stop();
      timeline.flush();
    },
  };
}

function scheduleWords({ outcome, dueMs, dueCount, error }: KnownRun): Pick<Happening, 'detail' | 'said'> {
  const due = `due at ${new Date(dueMs).toISOString()}`;
  if (outcome !== 'missed') {
    const words = `the run ${due} goes on while the next is due`;
    return { detail: words, said: said('happened_overran', { dueMomentMs: dueMs }) };
  }
  if (error === null) return { detail: due, said: said('happened_due', { dueMomentMs: dueMs }) };
  return { detail: error, said: said('happened_missed', { count: Math.max(1, dueCount), lastMomentMs: dueMs }) };
}

type NoteAll = (happenings: readonly Happening[]) => void;

function followRooms(
  { connections, redis, watchedQueues, cache, alerts }: TimelineInputs,
  backlogMs: number,
  noteAll: NoteAll,
): Stop[] {
  const links = new LinkChanges();
  const servers = new ServerChanges();
  const queues = new QueueChanges(backlogMs);
  const lookAt = (connectionId: string): void => {
    if (!connections.ids().includes(connectionId)) return links.forget(connectionId);
    try {
      noteAll(links.take(connectionId, connections.of(connectionId).view()));
    } catch (error) {
      // It went between the list and the look.
      if (!(error instanceof EngineError)) throw error;
    }
  };
  for (const id of connections.ids()) lookAt(id);
  return [
    connections.onChange(lookAt),
    redis.on('sampled', ({ connectionId }) =>
      noteAll(servers.take(connectionId, redis.ops.health(connectionId).shards)),
    ),
    watchedQueues.inspector.on('sampled', ({ connectionId }) =>
      noteAll(queues.take(watchedQueues.inspector.list(connectionId).queues)),
    ),
    cache.onInvalidated((marks) => noteAll(invalidations(marks))),
    alerts.onTransition((transition) => {
      const code = alertCodes[transition.to];
      if (code === undefined) return;
      const tone = transition.to === 'resolved' ? 'good' : transition.severity === 'critical' ? 'bad' : 'warning';
      noteAll([
        {
          kind: 'alert',
          code,
          tone: transition.to === 'noData' ? 'plain' : tone,
          subject: transition.ruleId,
          detail: [transition.title, transition.evidence].join(': '),
          said: null,
          alert: { title: transition.title, evidence: transition.evidence, facts: transition.facts },
          atMs: transition.atMs,
        },
      ]);
    }),
  ];
}

const alertCodes: Readonly<Partial<Record<string, 'alert_firing' | 'alert_resolved' | 'alert_no_data'>>> = {
  firing: 'alert_firing',
  resolved: 'alert_resolved',
  noData: 'alert_no_data',
};

/** Tags that were invalidated together are one event, and so are storms with one reason. */
function invalidations(marks: Parameters<Parameters<LayeredCache['onInvalidated']>[0]>[0]): Happening[] {
  const first = marks[0];
  if (first === undefined) return [];
  const count = marks.length - 1;
  const more = count === 0 ? '' : ` and ${countWords(count)} more`;
  const isExpired = first.mode === 'expired';
  const many = isExpired ? 'happened_reason_more_expired' : 'happened_reason_more';
  const one = isExpired ? 'happened_reason_expired' : 'happened_reason';
  return [
    {
      kind: 'cache',
      code: 'invalidated',
      tone: 'plain',
      subject: first.tag,
      detail: `${first.reason}${more}${isExpired ? ' (expired at once)' : ''}`,
      said: count === 0 ? said(one, { reason: first.reason }) : said(many, { reason: first.reason, count }),
      count: marks.length,
      mergeKey: `invalidated ${first.reason}`,
    },
  ];
}

/** A warm-up that warmed less than it should is told once. */
function followWarming(room: CacheRoom, noteAll: NoteAll, sinceMs: number): Stop {
  let lastMs = sinceMs;
  return room.onChanged(({ what }) => {
    if (what !== 'warming') return;
    const report = room.ops.warming().lastReport;
    if (report === null || report.finishedAtMs <= lastMs) return;
    lastMs = report.finishedAtMs;
    if (report.failedCount === 0) return;
    const failed = report.variants.flatMap(({ proofs }) => proofs).find(({ outcome }) => outcome !== 'hit');
    const { failedCount, keyCount } = report;
    const words = `${failedCount} of ${keyCount} warmed keys are no hit when read back`;
    const figures = { failed: failedCount, count: keyCount };
    const first = failed && { section: failed.section, problem: failed.problem ?? failed.outcome };
    noteAll([
      {
        kind: 'cache',
        code: 'warm_failed',
        tone: 'warning',
        subject: report.taskId,
        detail: first ? `${words}; ${first.section}: ${first.problem}` : words,
        said: first
          ? said('happened_warm_missed_first', { ...figures, ...first })
          : said('happened_warm_missed', figures),
      },
    ]);
  });
}
