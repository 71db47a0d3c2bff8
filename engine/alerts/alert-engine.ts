/** Judges every rule after each round of samples, keeps the states through restarts, and tells of what changed. */
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertHistoryPage, AlertHistoryQuery, AlertRule, AlertStatus } from '../model/alert.ts';
import type { Acknowledgement, NewTransition, OwedTo, StoredAlertState } from '../store/alert-store.ts';
import { evidenceOf } from './evidence.ts';
import { type NotificationSender, owedFor } from './notifications.ts';
import type { AlertRecords, ChannelBook, SampleReader } from './ports.ts';
import { initialState, type Reading, step, withoutUnseen } from './state-machine.ts';

export interface AlertEngineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: readonly AlertRule[];
  readonly samples: SampleReader;
  readonly records: AlertRecords;
  readonly channels: Pick<ChannelBook, 'list'>;
  readonly sender: Pick<NotificationSender, 'deliver'>;
}

/** A round of samples; `gap` is the time before it in which nobody looked. */
export interface ObservedRound {
  readonly atMs: number;
  readonly gap: { readonly toMs: number } | null;
}

interface AlertEvents {
  changed: { ruleId: string };
}

interface Change {
  readonly transition: NewTransition;
  readonly notify: readonly OwedTo[];
}

/** Transitions kept while the store refuses them; older ones go. */
const unsavedCeiling = 1_000;

export class AlertEngine {
  readonly #options: AlertEngineOptions;
  readonly #emitter: Emitter<AlertEvents>;
  readonly #states = new Map<string, StoredAlertState>();
  /** By rule: since when there has been no gap; 0 when a state from before the start goes on without one. */
  readonly #observingSince = new Map<string, number>();
  #acknowledged: Map<string, Acknowledgement>;
  #unsaved: Change[] = [];

  /** Goes on with the states that the store has. @throws EngineError STORE_UNAVAILABLE */
  constructor(options: AlertEngineOptions) {
    this.#options = options;
    const { logger, records } = options;
    this.#emitter = new Emitter((error) =>
      logger.error('a listener of the alerts failed', { error: messageOf(error) }),
    );
    for (const state of records.states()) this.#states.set(state.ruleId, state);
    this.#acknowledged = records.acknowledged();
  }

  /** Called when a rule changed its state or was acknowledged. */
  onChanged(listener: (change: { ruleId: string }) => void): Stop {
    return this.#emitter.on('changed', listener);
  }

  /** Judges all rules on the samples that are stored by now, and sets off the sending of what is owed. Never throws. */
  evaluate(round: ObservedRound): void {
    const states: StoredAlertState[] = [];
    const changes: Change[] = [];
    for (const rule of this.#options.rules) {
      const next = this.#judge(rule, round);
      if (next === null) continue;
      states.push(next.state);
      if (next.change) changes.push(next.change);
    }
    this.#save(states, changes);
    for (const { transition } of changes) this.#emitter.emit('changed', { ruleId: transition.ruleId });
    void this.#options.sender.deliver();
  }

  list(): AlertStatus[] {
    return this.#options.rules.map((rule) => this.#statusOf(rule));
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  history(query: AlertHistoryQuery): AlertHistoryPage {
    return this.#options.records.history(query);
  }

  /** Holds until the alert ends. @throws EngineError ALERT_NOT_FOUND, ALERT_NOT_FIRING, STORE_UNAVAILABLE */
  acknowledge(ruleId: string, who: string, note: string): void {
    const rule = this.#options.rules.find((candidate) => candidate.id === ruleId);
    if (!rule) throw new EngineError('ALERT_NOT_FOUND', `No alert rule has the id ${ruleId}`);
    const state = this.#states.get(ruleId)?.state ?? 'inactive';
    if (state !== 'firing' && state !== 'pending') {
      throw new EngineError('ALERT_NOT_FIRING', `"${rule.title}" is ${state}, so there is nothing to acknowledge`);
    }
    this.#options.records.acknowledge(ruleId, who, note, this.#options.clock.now());
    this.#acknowledged = this.#options.records.acknowledged();
    this.#emitter.emit('changed', { ruleId });
  }

  /** Null while the samples since the last gap do not fill the rule's window: nothing is claimed from half a view. */
  #judge(rule: AlertRule, round: ObservedRound): { state: StoredAlertState; change: Change | null } | null {
    const known = this.#states.get(rule.id);
    const before = known ?? initialState(rule.id, round.atMs);
    const since = round.gap?.toMs ?? this.#observingSince.get(rule.id) ?? (known ? 0 : round.atMs);
    this.#observingSince.set(rule.id, since);
    this.#states.set(rule.id, before);
    if (round.atMs - since < rule.windowMs) return null;
    const reading = this.#read(rule, round.atMs);
    const state = step(rule, withoutUnseen(before, since), reading, round.atMs);
    this.#states.set(rule.id, state);
    if (state.state === before.state) return { state, change: null };
    const transition = transitionOf(rule, before, state, evidenceOf(rule, reading));
    return { state, change: { transition, notify: owedFor(transition, this.#options.channels.list()) } };
  }

  #read(rule: AlertRule, atMs: number): Reading {
    try {
      const { mean, observationCount } = this.#options.samples.window(rule.signal, atMs - rule.windowMs, atMs);
      if (mean === null || observationCount < rule.minimumCount) return { outcome: 'missing', observationCount };
      return { outcome: 'value', value: mean, observationCount };
    } catch (error) {
      return { outcome: 'broken', problem: messageOf(error) };
    }
  }

  /** State, transition and what is owed for it are one write: a crash loses all three or none. */
  #save(states: readonly StoredAlertState[], changes: readonly Change[]): void {
    const all = [...this.#unsaved, ...changes];
    try {
      this.#options.records.commit(states, all);
      this.#unsaved = [];
      if (all.length > 0) this.#acknowledged = this.#options.records.acknowledged();
    } catch (error) {
      this.#unsaved = all.slice(-unsavedCeiling);
      this.#options.logger.error('alert states could not be stored', { error: messageOf(error) });
    }
  }

  #statusOf(rule: AlertRule): AlertStatus {
    const state = this.#states.get(rule.id) ?? initialState(rule.id, this.#options.clock.now());
    const acknowledged = this.#acknowledged.get(rule.id);
    return {
      rule,
      state: state.state,
      sinceMs: state.sinceMs,
      value: state.value,
      observationCount: state.observationCount,
      acknowledgedBy: acknowledged?.who ?? null,
      acknowledgedAtMs: acknowledged?.atMs ?? null,
      acknowledgeNote: acknowledged?.note ?? null,
    };
  }
}

function transitionOf(
  rule: AlertRule,
  before: StoredAlertState,
  after: StoredAlertState,
  evidence: string,
): NewTransition {
  return {
    ruleId: rule.id,
    title: rule.title,
    severity: rule.severity,
    from: before.state,
    to: after.state,
    atMs: after.sinceMs,
    value: after.value,
    threshold: rule.threshold,
    evidence,
  };
}
