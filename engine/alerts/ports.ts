/** What alerts needs of the local store and of the host; the engine fills these in. */
import type { AlertHistoryPage, AlertHistoryQuery, AlertTransition } from '../model/alert.ts';
import type { SignalName } from '../model/sample.ts';
import type { Acknowledgement, NewTransition, StoredAlertState } from '../store/alert-store.ts';
import type { OwedNotification } from '../store/notification-store.ts';

/** Implemented by the store's samples. */
export interface SampleReader {
  /** Samples after `fromMs` up to `toMs`: mean weighted by the observations, and how many there were. */
  window(signal: SignalName, fromMs: number, toMs: number): { mean: number | null; observationCount: number };
}

/** Implemented by the store's alerts. */
export interface AlertRecords {
  states(): StoredAlertState[];
  commit(
    states: readonly StoredAlertState[],
    transitions: readonly { transition: NewTransition; notify: readonly string[] }[],
  ): number[];
  acknowledged(): Map<string, Acknowledgement>;
  acknowledge(ruleId: string, who: string, note: string, atMs: number): void;
  history(query: AlertHistoryQuery): AlertHistoryPage;
}

/** Implemented by the store's notifications. */
export interface NotificationQueue {
  due(nowMs: number, limit: number): OwedNotification[];
  markSent(id: number): void;
  markFailed(id: number, error: string, nextAtMs: number | null): void;
}

/** One way to tell somebody; rejects when it could not, and is then tried again. */
export interface NotificationChannel {
  /** Unique; notifications are owed to it by this name across restarts. */
  readonly name: string;
  send(transition: AlertTransition): Promise<void>;
}

/** The desktop of the host; a host without one hands in null. A second notification of a rule takes the first one's place. */
export interface DesktopNotify {
  show(notification: { title: string; body: string; ruleId: string }): void | Promise<void>;
}
