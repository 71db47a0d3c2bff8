/** The Cache page's types, and how its states, figures and filters are shown. */
import type { CallOutput, ParsedInput } from '../../../shared/contract.ts';
import { formatDuration } from '../../format/dates.ts';
import type { Format } from '../../format/use-format.ts';
import type { StateKind } from '../../ui/State.tsx';

export type CacheStatus = CallOutput<'cache.status'>;
export type CacheHealth = CallOutput<'cache.health'>;
export type LayerStatus = CacheStatus['layers'][number];
export type LayerName = LayerStatus['layer'];
export type CacheWindow = LayerStatus['windows'][number];
export type EntriesQuery = Omit<ParsedInput<'cache.entries'>, 'listingId' | 'offset' | 'limit'>;
export type EntriesPage = CallOutput<'cache.entries'>;
export type CacheRow = EntriesPage['rows'][number];
export type RowState = CacheRow['state'];
export type EntryDetail = CallOutput<'cache.entry'>;
export type CacheReach = CallOutput<'cache.clearPreview'>;
export type CleanUpReport = CallOutput<'cache.cleanUp'>;
export type Warming = CacheStatus['warming'];

export const rowStates = ['fresh', 'stale', 'expired', 'unreadable', 'unknown'] as const satisfies RowState[];

export const rowStateKinds: Record<RowState, StateKind> = {
  fresh: 'fresh',
  stale: 'stale',
  expired: 'expired',
  unreadable: 'failed',
  unknown: 'unknown',
};

export const healthKinds: Record<CacheHealth['state'], StateKind> = {
  well: 'fresh',
  warning: 'stale',
  failed: 'failed',
  unknown: 'unknown',
};

export const windowIds = ['60000', '300000', '3600000'] as const;
export type WindowId = (typeof windowIds)[number];

export function windowOf(windows: readonly CacheWindow[], id: WindowId): CacheWindow | null {
  return windows.find(({ windowMs }) => windowMs === Number(id)) ?? null;
}

/** "20 µs", "84 ms", "2.4 s", "12 min": for how long something took. */
export function showMs(format: Format, ms: number): string {
  if (ms === 0) return '0 ms';
  if (ms < 0.1) return `${format.number(Math.max(1, ms * 1_000))} µs`;
  if (ms < 10) return `${format.number(ms, 1)} ms`;
  if (ms < 1_000) return `${format.number(ms)} ms`;
  if (ms < 60_000) return `${format.number(ms / 1_000, 1)} s`;
  return formatDuration(ms);
}

export function percent(format: Format, ratio: number): string {
  return `${format.number(ratio * 100, 1)} %`;
}

/** What the row's time says now, although the listing was made before. */
export function stateNow(row: CacheRow, nowMs: number): RowState {
  if (row.state === 'fresh' && row.freshUntilMs !== null && nowMs > row.freshUntilMs) return 'stale';
  return row.state;
}

/** What the page asks before it does it. */
export type Asking =
  | { readonly kind: 'invalidate'; readonly keys: readonly string[]; readonly tags: readonly string[] }
  | { readonly kind: 'clear'; readonly layer: LayerName | 'all' }
  | { readonly kind: 'layer'; readonly layer: LayerName }
  | { readonly kind: 'clean-up' };
