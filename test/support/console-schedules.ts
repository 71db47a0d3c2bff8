/** Made-up schedules and their runs for tests of the Schedules page; what is pressed there changes them. */
import { EngineError } from '../../engine/base/errors.ts';
import type { CallOutput, Handlers } from '../../src/shared/contract.ts';

export type Schedule = CallOutput<'schedules.list'>['schedules'][number];
type Run = CallOutput<'schedules.runs'>['runs'][number];

const minuteMs = 60_000;

export interface SchedulesScript {
  schedules: Schedule[];
  runs: Run[];
  scheduler: CallOutput<'schedules.list'>['scheduler'];
  /** Every change fails with this message. */
  failure: string | null;
}

export function schedulesScript(nowMs: number): SchedulesScript {
  const self = { schedulerId: 's1', host: 'console-1', pid: 4_100, sinceMs: nowMs - 3_600_000, lastSeenAtMs: nowMs };
  return {
    schedules: [
      schedule(nowMs, 'kpis', { title: 'KPIs', job: 'refresh-kpis', queue: 'kpis' }, 10),
      schedule(nowMs, 'charts', { title: 'Charts', job: 'refresh-dashboard', queue: 'dashboard' }, 15),
      schedule(
        nowMs,
        'precompute',
        { job: 'precompute', title: 'Common variants', lastOutcome: 'overran', overranCount: 2 },
        30,
      ),
      schedule(nowMs, 'clean-up', { job: 'clean-up', title: 'Clean up', lastOutcome: 'missed', missedCount: 3 }, 60),
      {
        ...schedule(nowMs, 'morning', { title: 'Morning report', builtIn: false, lastOutcome: 'never' }, 0),
        timing: { kind: 'cron', pattern: '0 8 * * 1-5', timeZone: 'America/Santiago' },
        inWords: '0 8 * * 1-5 (America/Santiago)',
        nextRunAtMs: nowMs + 7 * 60 * minuteMs,
        lastRunAtMs: null,
        lastLateMs: null,
        lastDurationMs: null,
      },
    ],
    runs: Array.from({ length: 120 }, (_, index) => run(nowMs, index)),
    scheduler: { role: 'acting', self, acting: self, others: [] },
    failure: null,
  };
}

function schedule(nowMs: number, id: string, change: Partial<Schedule>, everyMinutes: number): Schedule {
  return {
    id,
    title: id,
    job: 'refresh-dashboard',
    queue: 'background',
    filters: {},
    timing: { kind: 'every', everyMs: everyMinutes * minuteMs },
    catchUp: 'once',
    jitterMs: 0,
    paused: false,
    builtIn: true,
    edited: false,
    inWords: `every ${everyMinutes} min`,
    nextRunAtMs: nowMs + (everyMinutes * minuteMs) / 2,
    lastRunAtMs: nowMs - (everyMinutes * minuteMs) / 2,
    lastOutcome: 'succeeded',
    lastLateMs: 42,
    lastDurationMs: 1_830,
    lastError: null,
    lastTaskId: `background:${id}`,
    missedCount: 0,
    overranCount: 0,
    ...change,
  };
}

const told: readonly (readonly [Run['outcome'], string | null])[] = [
  ['succeeded', null],
  ['succeeded', null],
  ['failed', 'The source refused the query'],
  ['succeeded', null],
  ['missed', 'Nobody acted when it was due'],
  ['overran', 'Still running when the next run was due'],
  ['skipped', 'The run before was still going'],
];

function run(nowMs: number, index: number): Run {
  const [outcome = 'succeeded', error = null] = index === 0 ? ['running' as const] : (told[index % told.length] ?? []);
  const dueMs = nowMs - index * 10 * minuteMs - 5_000;
  const isStarted = outcome !== 'missed' && outcome !== 'skipped';
  return {
    id: 1_000 - index,
    scheduleId: index % 3 === 0 ? 'kpis' : index % 3 === 1 ? 'charts' : 'clean-up',
    dueMs,
    dueCount: outcome === 'missed' ? 3 : 1,
    startedAtMs: isStarted ? dueMs + 60 : null,
    endedAtMs: isStarted && outcome !== 'running' ? dueMs + 2_200 : null,
    outcome,
    lateMs: isStarted ? 60 : null,
    taskId: isStarted ? `kpis:${1_000 - index}` : null,
    error,
  };
}

export function schedulesHandlers(script: SchedulesScript): Partial<Handlers> {
  const change = (id: string, part: { [Field in keyof Schedule]?: Schedule[Field] | undefined }): Schedule => {
    if (script.failure !== null) throw new EngineError('QUEUE_JOB_FAILED', script.failure);
    const found = script.schedules.find((each) => each.id === id);
    if (!found) throw new EngineError('CALL_INPUT_INVALID', `There is no schedule "${id}"`);
    const given = Object.fromEntries(Object.entries(part).filter(([, value]) => value !== undefined));
    const changed = { ...found, ...given };
    script.schedules = script.schedules.map((each) => (each.id === id ? changed : each));
    return changed;
  };
  return {
    'schedules.list': async () => ({ schedules: script.schedules, scheduler: script.scheduler }),
    'schedules.upcoming': async ({ hours }) => upcoming(script.schedules, hours),
    'schedules.runs': async ({ id, outcomes, before, limit }) => {
      const matching = script.runs.filter(
        (each) =>
          (id === undefined || each.scheduleId === id) &&
          (outcomes === undefined || outcomes.includes(each.outcome)) &&
          (before === undefined || each.id < before.id),
      );
      const page = matching.slice(0, limit);
      const last = page.at(-1);
      return { runs: page, nextBefore: matching.length > limit && last ? { dueMs: last.dueMs, id: last.id } : null };
    },
    'schedules.preview': async ({ timing }) =>
      timing.kind === 'cron' && timing.pattern.split(' ').length < 5
        ? { inWords: '', nextMs: [], problem: `"${timing.pattern}" is no cron pattern` }
        : { inWords: 'as typed', nextMs: [Date.now() + 60_000, Date.now() + 120_000], problem: null },
    'schedules.pause': async ({ id }) => change(id, { paused: true, nextRunAtMs: null }),
    'schedules.resume': async ({ id }) => change(id, { paused: false, nextRunAtMs: Date.now() + minuteMs }),
    'schedules.edit': async ({ id, change: part }) => change(id, { ...part, edited: true }),
    'schedules.reset': async ({ id }) => change(id, { edited: false }),
    'schedules.run': async ({ id }) => {
      change(id, { lastOutcome: 'running', lastRunAtMs: Date.now() });
      return { taskId: `background:${id}-now` };
    },
    'schedules.add': async ({ id, spec }) => {
      if (script.failure !== null) throw new EngineError('QUEUE_JOB_FAILED', script.failure);
      const added = { ...schedule(Date.now(), id, { builtIn: false, lastOutcome: 'never' }, 1), ...spec };
      script.schedules = [...script.schedules, added];
      return added;
    },
    'schedules.remove': async ({ id }) => {
      script.schedules = script.schedules.filter((each) => each.id !== id);
      return { done: true };
    },
  };
}

function upcoming(schedules: readonly Schedule[], hours: number): CallOutput<'schedules.upcoming'> {
  const fromMs = Date.now();
  const toMs = fromMs + hours * 60 * minuteMs;
  const runs = schedules.flatMap(({ id, timing, nextRunAtMs, paused }) => {
    if (paused || nextRunAtMs === null) return [];
    const stepMs = timing.kind === 'every' ? timing.everyMs : 24 * 60 * minuteMs;
    const count = Math.ceil((toMs - nextRunAtMs) / stepMs);
    return Array.from({ length: count }, (_, index) => ({ scheduleId: id, dueMs: nextRunAtMs + index * stepMs }));
  });
  return { fromMs, toMs, runs: runs.sort((left, right) => left.dueMs - right.dueMs), truncated: [] };
}
