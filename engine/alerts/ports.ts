/** What alerts needs of the local store and of the host; the engine fills these in. */
import type { AlertRule, AlertTransition } from '../model/alert.ts';
import type { AlertChannel } from '../model/alert-channel.ts';
import type { Silence } from '../model/alert-rules.ts';
import type { SignalName } from '../model/sample.ts';
import type {
  Acknowledgement,
  NewChange,
  OpenEpisode,
  OwedTo,
  StoredAlertState,
  StoredGap,
} from '../store/alert-store.ts';
import type { NewDelivery, OwedBatch } from '../store/notification-store.ts';
import type { WindowFigure } from '../store/sample-store.ts';
import type { AlertMessage } from './message.ts';

/** Implemented by the store's samples. */
export interface SampleReader {
  /** Samples after `fromMs` up to `toMs`: mean weighted by the observations, and how many there were. */
  window(signal: SignalName, fromMs: number, toMs: number): WindowFigure;
  last(signal: SignalName, fromMs: number, toMs: number): { readonly value: number } | null;
}

/** The rules that are switched on. */
export interface RuleSource {
  list(): readonly AlertRule[];
}

export interface SilenceSource {
  for(rule: AlertRule, atMs: number): Silence | null;
}

/** Implemented by the store's alerts. */
export interface AlertRecords {
  states(): StoredAlertState[];
  commit(states: readonly StoredAlertState[], changes: readonly NewChange[]): number[];
  openEpisodes(): OpenEpisode[];
  lastOwed(firingId: number): Map<string, { repeatNumber: number; atMs: number }>;
  owe(firingId: number, owed: OwedTo, repeatNumber: number, atMs: number): void;
  firingCount(ruleId: string, sinceMs: number): number;
  saveGap(gap: Omit<StoredGap, 'id'>): void;
  acknowledged(): Map<string, Acknowledgement>;
  acknowledge(ruleId: string, who: string, note: string, atMs: number): void;
}

/** Implemented by the store's outbox. */
export interface NotificationQueue {
  dueChannels(): string[];
  next(channelId: string, nowMs: number, newBatchId: string): OwedBatch | null;
  markSent(batchId: string, delivery: NewDelivery): void;
  markFailed(batchId: string, nextAtMs: number, delivery: NewDelivery): void;
  /** Tried later without having been tried now. */
  postpone(batchId: string, nextAtMs: number): void;
  markGivenUp(batchId: string, delivery: NewDelivery): void;
}

/** One sending may take this long. */
export const sendDeadlineMs = 10_000;

/** One way to tell somebody; rejects when it could not, and is then tried again. */
export interface NotificationChannel {
  /** The signal is aborted when the deadline has passed. */
  send(message: AlertMessage, signal: AbortSignal): Promise<void>;
}

/** The channels as they are set up now. */
export interface ChannelBook {
  list(): AlertChannel[];
  /** Null when there is no such channel or it is switched off. @throws EngineError VAULT_UNAVAILABLE, ALERT_CHANNEL_INVALID */
  open(channelId: string): { readonly channel: AlertChannel; readonly way: NotificationChannel } | null;
}

/** What the desktop is told, as data: it says it in the language of the console. */
export interface DesktopNotification {
  /** As the channel's own template words it; null: the desktop does. */
  readonly title: string | null;
  readonly kind: AlertMessage['kind'];
  /** Told before, and still so. */
  readonly isRepeat: boolean;
  /** Oldest first. */
  readonly alerts: readonly Pick<AlertTransition, 'ruleId' | 'title' | 'to' | 'evidence' | 'facts'>[];
}

/** The desktop of the host; a host without one hands in null. */
export interface DesktopNotify {
  show(notification: DesktopNotification): void | Promise<void>;
}
