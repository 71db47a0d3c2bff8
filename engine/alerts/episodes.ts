/** Sees to it that what fires is told: at once, when what held it back is over, and again while nobody answers. */
import type { AlertRule } from '../model/alert.ts';
import type { AlertChannel } from '../model/alert-channel.ts';
import type { OpenEpisode, OwedTo } from '../store/alert-store.ts';
import { owedFor } from './notifications.ts';
import type { AlertRecords } from './ports.ts';

/** Why an alert is not told; nulls and false: nothing holds it back. */
export interface Suppression {
  readonly silencedBy: string | null;
  readonly inhibitedBy: string | null;
  readonly isFlapping: boolean;
}

export const notSuppressed: Suppression = { silencedBy: null, inhibitedBy: null, isFlapping: false };

/** A rule that begins to fire this often in the window is told only once it stays. */
export const flapCount = 5;
export const flapWindowMs = 30 * 60_000;
export const steadyMs = 10 * 60_000;

export function isHeldBack({ silencedBy, inhibitedBy, isFlapping }: Suppression): boolean {
  return silencedBy !== null || inhibitedBy !== null || isFlapping;
}

interface Wanted {
  readonly rule: AlertRule;
  readonly episode: OpenEpisode;
  readonly channels: readonly AlertChannel[];
  readonly isAcknowledged: boolean;
  readonly nowMs: number;
}

/** Owes what an open episode that nothing holds back still lacks. Calling it again changes nothing. */
export function oweEpisode(records: Pick<AlertRecords, 'lastOwed' | 'owe'>, wanted: Wanted): void {
  const { rule, episode, channels, isAcknowledged, nowMs } = wanted;
  const firing = { to: 'firing', severity: rule.severity, ruleId: rule.id } as const;
  const last = records.lastOwed(episode.firingId);
  for (const owed of owedFor(firing, channels)) {
    const number = nextNumber(channels, owed, last.get(owed.channelId), isAcknowledged, nowMs);
    if (number !== null) records.owe(episode.firingId, owed, number, nowMs);
  }
}

function nextNumber(
  channels: readonly AlertChannel[],
  { channelId }: OwedTo,
  last: { repeatNumber: number; atMs: number } | undefined,
  isAcknowledged: boolean,
  nowMs: number,
): number | null {
  if (last === undefined) return 0;
  const repeatMs = channels.find(({ id }) => id === channelId)?.repeatMs ?? null;
  const isDue = repeatMs !== null && !isAcknowledged && nowMs - last.atMs >= repeatMs;
  return isDue ? last.repeatNumber + 1 : null;
}
