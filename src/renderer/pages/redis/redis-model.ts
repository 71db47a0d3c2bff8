/** What the Redis page shows, as plain values: windows of time, lines of the history, words for numbers. */
import type { CallOutput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import type { Format } from '../../format/use-format.ts';
import { gapSpans, type TimeSeries } from '../../ui/charts/time-series.ts';
import type { StateKind } from '../../ui/State.tsx';

export type RedisHealth = CallOutput<'redis.health'>;
export type Shard = RedisHealth['shards'][number];
/** One server, or all shards of a cluster together. */
export type Sight = Omit<Shard, 'address' | 'problem'>;
export type Figures = NonNullable<Sight['figures']>;
export type Window = Sight['windows'][number];
export type History = CallOutput<'redis.history'>;
export type Point = History['points'][number];
export type SlowLog = CallOutput<'redis.slowlog'>;
export type Client = CallOutput<'redis.clients'>['clients'][number];
export type Parameter = CallOutput<'redis.config'>['parameters'][number];

export const tabs = ['health', 'commands', 'slow', 'clients', 'config', 'words'] as const;
export type Tab = (typeof tabs)[number];

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How far back the charts reach, and how often they are asked for again. */
export const spans = {
  '10m': { spanMs: 10 * minuteMs, periodMs: 10_000 },
  '1h': { spanMs: hourMs, periodMs: 10_000 },
  '1d': { spanMs: dayMs, periodMs: minuteMs },
  '1w': { spanMs: 7 * dayMs, periodMs: 5 * minuteMs },
  '1y': { spanMs: 365 * dayMs, periodMs: 10 * minuteMs },
} as const;
export type Span = keyof typeof spans;
export const spanIds = ['10m', '1h', '1d', '1w', '1y'] as const satisfies readonly Span[];

export function windowOf(sight: Sight, windowMs: number): Window | null {
  return sight.windows.find((window) => window.windowMs === windowMs) ?? null;
}

export const windowsMs = { minute: minuteMs, fiveMinutes: 5 * minuteMs, hour: hourMs } as const;

export const linkKinds: Record<CallOutput<'connections.list'>['connections'][number]['link']['state'], StateKind> = {
  connecting: 'refreshing',
  ready: 'fresh',
  degraded: 'stale',
  unreachable: 'failed',
  refused: 'failed',
  closed: 'unknown',
};

export type LinePick = (point: Point) => number | null;

/** A line of the history; a stretch that nobody looked at becomes a null, so that no line is drawn over it. */
export function lineOf(id: string, label: string, { points, stepMs }: History, pick: LinePick): TimeSeries {
  const drawn: { atMs: number; value: number | null }[] = [];
  let beforeMs: number | null = null;
  for (const point of points) {
    if (beforeMs !== null && point.atMs - beforeMs > 1.5 * stepMs) {
      drawn.push({ atMs: beforeMs + stepMs, value: null });
    }
    drawn.push({ atMs: point.atMs, value: pick(point) });
    beforeMs = point.atMs;
  }
  return { id, label, points: drawn };
}

/** Looked for once a minute and so missing in most points: a line from one to the next, broken only where nobody looked. */
export function sparseLineOf(id: string, label: string, history: History, pick: LinePick): TimeSeries {
  const patienceMs = Math.max(1.5 * history.stepMs, sparsePeriodMs);
  const drawn: { atMs: number; value: number | null }[] = [];
  let beforeMs: number | null = null;
  for (const point of history.points) {
    const value = pick(point);
    if (value === null) continue;
    if (beforeMs !== null && point.atMs - beforeMs > patienceMs) {
      drawn.push({ atMs: beforeMs + history.stepMs, value: null });
    }
    drawn.push({ atMs: point.atMs, value });
    beforeMs = point.atMs;
  }
  return { id, label, points: drawn };
}

/** A look at latencies a minute, with some patience. */
const sparsePeriodMs = 100_000;

/**
 * The hit rate as the tile has it: at each point over the five minutes before it, or over the point where that is
 * longer. Null where too few reads would make a rate of one or two.
 */
export function hitRatioLine(id: string, label: string, history: History, minimumReads: number): TimeSeries {
  const { points, stepMs } = history;
  const ratios = new Map<Point, number | null>();
  let [hits, misses, first] = [0, 0, 0];
  for (const point of points) {
    hits += point.hits ?? 0;
    misses += point.misses ?? 0;
    for (let oldest = points[first]; oldest !== undefined; oldest = points[first]) {
      if (oldest === point || oldest.atMs > point.atMs + stepMs - 1 - windowsMs.fiveMinutes) break;
      hits -= oldest.hits ?? 0;
      misses -= oldest.misses ?? 0;
      first += 1;
    }
    const reads = hits + misses;
    ratios.set(point, point.hits === null || reads < minimumReads ? null : Math.max(0, hits / reads));
  }
  return lineOf(id, label, history, (point) => ratios.get(point) ?? null);
}

/** Spans in which nobody looked, as [from, to]; a value that is missing for another reason is none. */
export function unseenSpans(history: History): readonly (readonly [number, number])[] {
  return gapSpans([lineOf('', '', history, () => 1)]);
}

/** Of a command in the stretch; it was not among the most called there when it is not named. */
export function commandPerS({ commands, coveredMs }: Point, command: string): number | null {
  if (commands === null || coveredMs <= 0) return null;
  return (commands[command] ?? 0) / (coveredMs / 1_000);
}

/** The commands called most over all points, `other` left out. */
export function topCommands(points: readonly Point[], count: number): string[] {
  const calls = new Map<string, number>();
  for (const { commands } of points) {
    for (const [name, more] of Object.entries(commands ?? {})) calls.set(name, (calls.get(name) ?? 0) + more);
  }
  calls.delete('other');
  return [...calls]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name]) => name);
}

/** The databases that had keys, in the order of their numbers. */
export function databasesOf(points: readonly Point[]): string[] {
  const all = new Set(points.flatMap(({ databases }) => Object.keys(databases ?? {})));
  return [...all].sort((a, b) => Number(a) - Number(b));
}

/** The limit as it is now, or null; a limit that changed within the window is a line of its own. */
export function limitOf(points: readonly Point[]): { readonly bytes: number; readonly isSteady: boolean } | null {
  const known = points.map(({ limitBytes }) => limitBytes);
  const last = known.at(-1) ?? null;
  if (last === null) return null;
  return { bytes: last, isSteady: known.every((bytes) => bytes === last) };
}

/** "4 µs", "0.18 ms", "12.4 ms", "1.20 s", "3 min". */
export function msText(format: Format, ms: number | null): string {
  if (ms === null) return '—';
  if (ms === 0) return '0 ms';
  if (ms < 0.1) return `${format.number(ms * 1_000, ms < 0.01 ? 1 : 0)} µs`;
  if (ms < 1) return `${format.number(ms, 2)} ms`;
  if (ms < 1_000) return `${format.number(ms, ms < 10 ? 2 : 1)} ms`;
  return ms < minuteMs ? `${format.number(ms / 1_000, 2)} s` : formatDuration(ms);
}

export function bytesText(format: Format, bytes: number | null): string {
  return bytes === null ? '—' : formatBytes(format.language, bytes);
}

export function ratioText(format: Format, ratio: number | null, digits = 1): string {
  return ratio === null ? '—' : `${format.number(ratio * 100, digits)} %`;
}

export function rateText(format: Format, perS: number | null): string {
  if (perS === null) return '—';
  return `${format.number(perS, perS === 0 || perS >= 100 ? 0 : perS < 1 ? 2 : 1)} / s`;
}

export function countText(format: Format, count: number | null): string {
  return count === null ? '—' : format.number(count);
}

export interface Verdict {
  readonly kind: StateKind;
  /** A key under `redis.verdict`. */
  readonly word: VerdictWord;
}
export type VerdictWord =
  | 'noLimit'
  | 'nearlyFull'
  | 'atLimit'
  | 'withinLimit'
  | 'fewReads'
  | 'refusing'
  | 'evicting'
  | 'failing'
  | 'loading'
  | 'saving'
  | 'appendOnly'
  | 'snapshots'
  | 'masterAway'
  | 'lagging'
  | 'inStep'
  | 'overBudget'
  | 'withinBudget';

const nearRatio = 0.9;
const laggingS = 10;

export function memoryVerdict({ memory }: Figures): Verdict | null {
  if (memory === null) return null;
  if (memory.limit.kind === 'none') return { kind: 'unknown', word: 'noLimit' };
  if (memory.limit.usedRatio < nearRatio) return { kind: 'fresh', word: 'withinLimit' };
  // Where keys may be evicted a full memory is how a cache lives; elsewhere writes are about to fail.
  return memory.policy === 'noeviction' ? { kind: 'failed', word: 'nearlyFull' } : { kind: 'stale', word: 'atLimit' };
}

export function persistenceVerdict({ persistence }: Figures): Verdict {
  const { lastSaveOk, lastAppendOk, lastRewriteOk, loading, saving, appendOnly } = persistence;
  if (lastSaveOk === false || lastAppendOk === false || lastRewriteOk === false)
    return { kind: 'failed', word: 'failing' };
  if (loading === true) return { kind: 'refreshing', word: 'loading' };
  if (saving === true) return { kind: 'refreshing', word: 'saving' };
  return appendOnly === true ? { kind: 'fresh', word: 'appendOnly' } : { kind: 'unknown', word: 'snapshots' };
}

/** Null where nothing is replicated. */
export function replicationVerdict({ replication }: Figures): Verdict | null {
  const { role, masterLinkUp, masterSilentS, replicas } = replication;
  if (role === 'replica' && masterLinkUp === false) return { kind: 'failed', word: 'masterAway' };
  const isLate = replicas.some(({ lagS, state }) => state !== 'online' || (lagS ?? 0) > laggingS);
  if (isLate || (role === 'replica' && (masterSilentS ?? 0) > laggingS)) return { kind: 'stale', word: 'lagging' };
  return role === 'replica' || replicas.length > 0 ? { kind: 'fresh', word: 'inStep' } : null;
}

/** Our sampling among all commands of the last minute; null while that is not known. */
export function ownShare({ own, total }: RedisHealth): number | null {
  const opsPerS = total === null ? null : (windowOf(total, minuteMs)?.opsPerS ?? null);
  if (opsPerS === null || opsPerS <= 0) return null;
  return Math.min(1, (own.commandsLastMinute + own.askedCommandsLastMinute) / (opsPerS * 60));
}
