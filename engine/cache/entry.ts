/** What one entry holds besides its bytes, and how old it is at a given time. */
import type { LayerSettings } from '../config/settings.ts';
import type { EntryState, ReadReason } from '../model/freshness.ts';
import type { Invalidation, Stamp } from './tags.ts';

export interface EntryTimes {
  readonly computedAtMs: number;
  /** How far the source data reaches; null when the source cannot tell. */
  readonly dataAsOfMs: number | null;
  /** Null when it was not measured. */
  readonly computeMs: number | null;
  readonly freshUntilMs: number;
  /** Redis deletes the entry then. */
  readonly staleUntilMs: number;
}

export interface EntryHead extends EntryTimes {
  /** 32 hexadecimal digits, new with every computation. */
  readonly id: string;
  /** What the key was made from. */
  readonly meaning: string;
  /** What it depends on; sorted. */
  readonly tags: readonly string[];
  /** Invalidations after it concern this entry. */
  readonly stamp: Stamp;
}

export interface Entry extends EntryHead {
  /** Shared between readers; never changed. */
  readonly value: unknown;
  /** As stored. */
  readonly sizeBytes: number;
  /** Of the JSON text. */
  readonly rawBytes: number;
}

/** What Redis said of an entry when its copy was last looked for. */
export type Evidence =
  /** This is what Redis holds now, as far as anybody can know. */
  | 'current'
  /** Redis could not be asked. */
  | 'unreachable'
  /** Redis holds nothing under this key. */
  | 'absent'
  /** Redis holds something that cannot be read. */
  | 'unreadable'
  /** Only this process has it: it was computed while Redis was away. */
  | 'own';

export interface Judgement {
  readonly state: Exclude<EntryState, 'missing'>;
  readonly reason: ReadReason;
  /** What the reason cannot say by itself, e.g. the tag; null when it says all. */
  readonly reasonDetail: string | null;
  readonly freshUntilMs: number;
}

/** Clocks of two machines differ by less; an entry from further in the future was made by a clock that is wrong. */
const toleratedSkewMs = 60_000;

/**
 * A copy that cannot be compared with Redis keeps the state that its own times give and says `redis-unreachable`; one
 * that Redis no longer has is at best stale, so that it is shown and refreshed. A shorter TTL set at run time holds
 * for entries that are stored already, a longer one from their next computation on.
 * @param invalidation what happened to its tags since its computation began
 */
export function judge(
  times: EntryTimes,
  layer: Pick<LayerSettings, 'ttlMs' | 'maxAgeMs'>,
  evidence: Evidence,
  nowMs: number,
  invalidation: Invalidation | null = null,
): Judgement {
  const freshUntilMs = Math.min(times.freshUntilMs, times.computedAtMs + layer.ttlMs);
  const byAge = stateByAge(times.computedAtMs, freshUntilMs, layer.maxAgeMs, nowMs);
  if (invalidation !== null && evidence !== 'unreadable') {
    const state = invalidation.mode === 'expired' ? 'expired' : byAge.state === 'fresh' ? 'stale' : byAge.state;
    return { state, reason: 'invalidated', reasonDetail: invalidation.detail, freshUntilMs };
  }
  const state = byAge.state === 'fresh' && isWithdrawn(evidence) ? 'stale' : byAge.state;
  const reason = reasonOf(evidence, byAge.reason, nowMs < times.staleUntilMs);
  return { state, reason, reasonDetail: null, freshUntilMs };
}

function stateByAge(
  computedAtMs: number,
  freshUntilMs: number,
  maxAgeMs: number,
  nowMs: number,
): Pick<Judgement, 'state' | 'reason'> {
  if (nowMs - computedAtMs > maxAgeMs) return { state: 'expired', reason: 'age-ceiling-passed' };
  // Else a clock that was set back would keep it fresh for as long as it had been wrong.
  if (computedAtMs - nowMs > toleratedSkewMs) return { state: 'stale', reason: 'clock-disagrees' };
  if (nowMs < freshUntilMs) return { state: 'fresh', reason: 'within-ttl' };
  return { state: 'stale', reason: 'ttl-passed' };
}

function isWithdrawn(evidence: Evidence): boolean {
  return evidence === 'absent' || evidence === 'unreadable';
}

function reasonOf(evidence: Evidence, byAge: ReadReason, shouldBeStored: boolean): ReadReason {
  switch (evidence) {
    case 'unreachable':
      return 'redis-unreachable';
    case 'unreadable':
      return 'entry-unreadable';
    case 'absent':
      return shouldBeStored ? 'evicted' : byAge;
    case 'current':
    case 'own':
      return byAge;
  }
}
