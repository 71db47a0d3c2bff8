/** Judges every rule after each round of samples, keeps the states through restarts, and tells of what changed. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertRule, AlertStatus } from '../model/alert.ts';
import type { AlertChannel } from '../model/alert-channel.ts';
import type { CauseLink } from '../model/cause.ts';
import type { Acknowledgement, NewChange, NewTransition, OpenEpisode, StoredAlertState } from '../store/alert-store.ts';
import {
  flapCount,
  flapWindowMs,
  isHeldBack,
  notSuppressed,
  oweEpisode,
  type Suppression,
  steadyMs,
} from './episodes.ts';
import { evidenceOf, factsOf, type UnitOf } from './evidence.ts';
import { type NotificationSender, owedFor } from './notifications.ts';
import type { AlertRecords, ChannelBook, RuleSource, SampleReader, SilenceSource } from './ports.ts';
import { initialState, type Reading, step, withoutUnseen } from './state-machine.ts';
import { isWithin } from './weekly-hours.ts';

export interface AlertEngineOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly rules: RuleSource;
  readonly samples: SampleReader;
  readonly records: AlertRecords;
  readonly silences: SilenceSource;
  readonly channels: Pick<ChannelBook, 'list'>;
  readonly sender: Pick<NotificationSender, 'deliver'>;
  /** Units of KPIs; without it figures are told plainly. */
  readonly unitOf?: UnitOf;
}

/** A round of samples; `gap` is the time before it in which nobody looked. */
export interface ObservedRound {
  readonly atMs: number;
  readonly gap: { readonly fromMs: number; readonly toMs: number; readonly reason: string } | null;
  /** Why nothing of this round can be believed, e.g. because this machine has no network; null: it can. */
  readonly blindness?: string | null;
}

/** Gathers what causes are looked for in, once for all rules that begin to fire together. */
type Explainer = () => Promise<(rule: AlertRule) => CauseLink[]>;

interface AlertEvents {
  changed: { ruleId: string };
  transition: NewTransition;
}

/** Transitions kept while the store refuses them; older ones go. */
const unsavedCeiling = 1_000;
/** Rules are judged for this long in one turn. */
const turnMs = 8;
/** A state in which nothing changes is written this often. */
const rewriteMs = 30_000;
/** Neighbouring stretches of blindness are one. */
const blindReason = 'own-network';

export class AlertEngine {
  readonly #options: AlertEngineOptions;
  readonly #emitter: Emitter<AlertEvents>;
  readonly #states = new Map<string, StoredAlertState>();
  /** By rule: since when there has been no gap; 0 when a state from before the start goes on without one. */
  readonly #observingSince = new Map<string, number>();
  #acknowledged: Map<string, Acknowledgement>;
  #unsaved: NewChange[] = [];
  readonly #writtenAtMs = new Map<string, number>();
  /** By the id of the transition that began the episode. */
  readonly #flapping = new Map<number, boolean>();
  #judging: Promise<void> | null = null;
  #blindSinceMs: number | null = null;
  #flappingRules: ReadonlySet<string> = new Set();
  readonly #titles = new Map<string, AlertRule>();
  #explainer: Explainer | null = null;

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

  /** Who is asked for the causes of what begins to fire. */
  explainBy(explainer: Explainer): void {
    this.#explainer = explainer;
  }

  /** Called once for each change of state, whether or not it could be stored. */
  onTransition(listener: (transition: NewTransition) => void): Stop {
    return this.#emitter.on('transition', listener);
  }

  /**
   * Judges all rules on the samples that are stored by now, a few milliseconds a turn, and sets off the sending of what
   * is owed. A round that comes while another is judged is left to the next one. Never rejects.
   */
  evaluate(round: ObservedRound): Promise<void> {
    this.#judging ??= this.#round(round)
      .catch((error: unknown) => this.#options.logger.error('alerts could not be judged', { error: messageOf(error) }))
      .finally(() => {
        this.#judging = null;
      });
    return this.#judging;
  }

  async #round(round: ObservedRound): Promise<void> {
    const { clock, rules, sender } = this.#options;
    const seen = this.#sight(round);
    if (seen === null) return;
    const known = rules.list();
    this.#retire(known, seen.atMs);
    const causes = this.#firingTitles(known);
    let states: StoredAlertState[] = [];
    let changes: NewChange[] = [];
    let turnBeganMs = clock.monotonicMs();
    for (const rule of known) {
      const next = this.#judge(rule, seen, causes);
      if (next?.isToWrite) states.push(next.state);
      if (next?.change) changes.push(next.change);
      if (clock.monotonicMs() - turnBeganMs < turnMs) continue;
      this.#save(states, await this.#explained(changes));
      [states, changes] = [[], []];
      await nextTurn();
      turnBeganMs = clock.monotonicMs();
    }
    this.#save(states, await this.#explained(changes));
    try {
      await this.#tellOpen(known, seen.atMs);
    } finally {
      void sender.deliver();
    }
  }

  /** A stretch that nobody saw becomes one record; null while this round cannot be believed. */
  #sight(round: ObservedRound): ObservedRound | null {
    const { atMs, gap, blindness = null } = round;
    if (blindness !== null) {
      if (this.#blindSinceMs === null) {
        this.#blindSinceMs = atMs;
        this.#saveGap({ fromMs: atMs, toMs: null, reason: blindReason, detail: blindness });
      }
      return null;
    }
    const blindSinceMs = this.#blindSinceMs;
    this.#blindSinceMs = null;
    if (blindSinceMs !== null) {
      this.#saveGap({ fromMs: blindSinceMs, toMs: atMs, reason: blindReason, detail: '' });
      return { ...round, gap: { fromMs: blindSinceMs, toMs: atMs, reason: blindReason } };
    }
    if (gap) this.#saveGap({ ...gap, detail: '' });
    return round;
  }

  list(): AlertStatus[] {
    return this.#options.rules.list().map((rule) => this.#statusOf(rule));
  }

  /** Holds until the alert ends. @throws EngineError ALERT_NOT_FOUND, ALERT_NOT_FIRING, STORE_UNAVAILABLE */
  acknowledge(ruleId: string, who: string, note: string): void {
    const rule = this.#options.rules.list().find((candidate) => candidate.id === ruleId);
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
  #judge(
    rule: AlertRule,
    round: ObservedRound,
    firingTitles: ReadonlyMap<string, string>,
  ): { state: StoredAlertState; isToWrite: boolean; change: NewChange | null } | null {
    const { atMs } = round;
    const known = this.#states.get(rule.id);
    const before = known ?? initialState(rule.id, atMs);
    const since = round.gap?.toMs ?? this.#observingSince.get(rule.id) ?? (known ? 0 : atMs);
    this.#observingSince.set(rule.id, since);
    this.#states.set(rule.id, before);
    if (atMs - since < rule.windowMs) return null;
    if (rule.activeHours !== null && !isWithin(rule.activeHours, atMs)) {
      // Hours in which nobody is to judge count as unseen.
      this.#observingSince.set(rule.id, atMs);
      return null;
    }
    const reading = this.#read(rule, atMs);
    const state = step(rule, withoutUnseen(before, since), reading, atMs);
    this.#states.set(rule.id, state);
    if (state.state === before.state) return { state, isToWrite: this.#isToWrite(before, state), change: null };
    this.#writtenAtMs.set(rule.id, atMs);
    const cause = rule.inhibitedBy.flatMap((id) => firingTitles.get(id) ?? [])[0] ?? null;
    const facts = factsOf(rule, reading);
    const evidence = evidenceOf(facts, this.#options.unitOf);
    const transition = { ...transitionOf(rule, before, state), facts, evidence, cause, chain: [] };
    return { state, isToWrite: true, change: { transition, notify: this.#toldAtOnce(rule, transition) } };
  }

  /** What begins to fire with the way to its cause; without one when it cannot be found, never later for it than a few seconds. */
  async #explained(changes: readonly NewChange[]): Promise<readonly NewChange[]> {
    if (this.#explainer === null || !changes.some(({ transition }) => transition.to === 'firing')) return changes;
    try {
      const explain = await this.#explainer();
      return changes.map((change) => {
        const rule = this.#titles.get(change.transition.ruleId);
        if (change.transition.to !== 'firing' || rule === undefined) return change;
        return { ...change, transition: { ...change.transition, chain: explain(rule) } };
      });
    } catch (error) {
      this.#options.logger.warn('the causes of an alert could not be looked for', { error: messageOf(error) });
      return changes;
    }
  }

  /** A beginning that is held back is told when it no longer is; an end only to who heard of the beginning. */
  #toldAtOnce(rule: AlertRule, transition: NewTransition): NewChange['notify'] {
    const channels = this.#options.channels.list();
    if (transition.to !== 'firing') return owedFor(transition, channels);
    const isFlapping = this.#options.records.firingCount(rule.id, transition.atMs - flapWindowMs) + 1 >= flapCount;
    const suppression = { ...this.#suppression(rule, transition.atMs), isFlapping };
    return isHeldBack(suppression) ? [] : owedFor(transition, channels);
  }

  #isToWrite(before: StoredAlertState, after: StoredAlertState): boolean {
    const writtenAtMs = this.#writtenAtMs.get(after.ruleId);
    const isDue =
      writtenAtMs === undefined || after.seenAtMs - writtenAtMs >= rewriteMs || after.seenAtMs < writtenAtMs;
    if (!isDue && before.kind === after.kind) return false;
    this.#writtenAtMs.set(after.ruleId, after.seenAtMs);
    return true;
  }

  /** What was silenced, inhibited or flapping and is no longer; what is to be told again. */
  async #tellOpen(rules: readonly AlertRule[], nowMs: number): Promise<void> {
    const { clock, records } = this.#options;
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    const episodes = records.openEpisodes();
    const open = new Set(episodes.map(({ firingId }) => firingId));
    for (const id of this.#flapping.keys()) if (!open.has(id)) this.#flapping.delete(id);
    const channels = episodes.length === 0 ? [] : this.#options.channels.list();
    let turnBeganMs = clock.monotonicMs();
    for (const episode of episodes) {
      const rule = byId.get(episode.ruleId);
      if (rule) this.#tellEpisode(rule, episode, channels, nowMs);
      if (clock.monotonicMs() - turnBeganMs < turnMs) continue;
      await nextTurn();
      turnBeganMs = clock.monotonicMs();
    }
    this.#flappingRules = new Set(
      episodes.flatMap(({ ruleId, firingId }) => (this.#flapping.get(firingId) ? [ruleId] : [])),
    );
  }

  #tellEpisode(rule: AlertRule, episode: OpenEpisode, channels: readonly AlertChannel[], nowMs: number): void {
    const { records } = this.#options;
    const { firingId, sinceMs } = episode;
    if (nowMs - sinceMs >= steadyMs) this.#flapping.set(firingId, false);
    const isFlapping =
      this.#flapping.get(firingId) ?? records.firingCount(rule.id, sinceMs - flapWindowMs) >= flapCount;
    this.#flapping.set(firingId, isFlapping);
    if (isHeldBack({ ...this.#suppression(rule, nowMs), isFlapping })) return;
    const isAcknowledged = this.#acknowledged.has(rule.id);
    oweEpisode(records, { rule, episode, channels, isAcknowledged, nowMs });
  }

  #suppression(rule: AlertRule, atMs: number): Suppression {
    const cause = rule.inhibitedBy.find((id) => this.#states.get(id)?.state === 'firing');
    const title =
      cause === undefined ? null : (this.#options.rules.list().find(({ id }) => id === cause)?.title ?? cause);
    return {
      ...notSuppressed,
      silencedBy: this.#options.silences.for(rule, atMs)?.reason ?? null,
      inhibitedBy: title,
      isFlapping: this.#flappingRules.has(rule.id),
    };
  }

  #firingTitles(rules: readonly AlertRule[]): Map<string, string> {
    return new Map(
      rules.filter(({ id }) => this.#states.get(id)?.state === 'firing').map(({ id, title }) => [id, title]),
    );
  }

  /** A rule that was switched off or removed while it fired has ended, and that is said. */
  #retire(rules: readonly AlertRule[], atMs: number): void {
    const known = new Set(rules.map(({ id }) => id));
    for (const state of this.#states.values()) {
      if (known.has(state.ruleId)) continue;
      this.#states.delete(state.ruleId);
      this.#observingSince.delete(state.ruleId);
      if (state.state === 'inactive') continue;
      const ended: StoredAlertState = { ...state, state: 'inactive', sinceMs: atMs, kindSinceMs: atMs, seenAtMs: atMs };
      const last = this.#titles.get(state.ruleId);
      const facts = last
        ? { ...factsOf(last, { outcome: 'missing', observationCount: 0 }), outcome: 'ended' as const }
        : null;
      const transition: NewTransition = {
        ruleId: state.ruleId,
        title: last?.title ?? state.ruleId,
        severity: last?.severity ?? 'info',
        from: state.state,
        to: 'inactive',
        atMs,
        value: state.value,
        threshold: last?.threshold ?? 0,
        evidence: 'The rule was switched off or removed',
        facts,
        cause: null,
        chain: [],
      };
      this.#save([ended], [{ transition, notify: owedFor(transition, this.#options.channels.list()) }]);
    }
    for (const rule of rules) this.#titles.set(rule.id, rule);
  }

  #read(rule: AlertRule, atMs: number): Reading {
    try {
      const fromMs = atMs - rule.windowMs;
      const figure = this.#options.samples.window(rule.signal, fromMs, atMs);
      const { observationCount, absentCount } = figure;
      const value =
        rule.aggregate === 'last'
          ? (this.#options.samples.last(rule.signal, fromMs, atMs)?.value ?? null)
          : figure[rule.aggregate];
      if (observationCount === 0 && absentCount >= rule.minimumCount) {
        return { outcome: 'absent', observationCount: absentCount };
      }
      if (value === null || observationCount < rule.minimumCount) return { outcome: 'missing', observationCount };
      return { outcome: 'value', value, observationCount };
    } catch (error) {
      return { outcome: 'broken', problem: messageOf(error) };
    }
  }

  #saveGap(gap: Parameters<AlertRecords['saveGap']>[0]): void {
    try {
      this.#options.records.saveGap(gap);
    } catch (error) {
      this.#options.logger.error('a gap could not be stored', { error: messageOf(error) });
    }
  }

  /** State, transition and what is owed for it are one write: a crash loses all three or none. */
  #save(states: readonly StoredAlertState[], changes: readonly NewChange[]): void {
    const all = [...this.#unsaved, ...changes];
    if (states.length === 0 && all.length === 0) return;
    try {
      this.#options.records.commit(states, all);
      this.#unsaved = [];
      if (all.length > 0) this.#acknowledged = this.#options.records.acknowledged();
    } catch (error) {
      this.#unsaved = all.slice(-unsavedCeiling);
      for (const { ruleId } of states) this.#writtenAtMs.delete(ruleId);
      this.#options.logger.error('alert states could not be stored', { error: messageOf(error) });
    }
    for (const { transition } of changes) {
      this.#emitter.emit('transition', transition);
      this.#emitter.emit('changed', { ruleId: transition.ruleId });
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
      ...this.#suppression(rule, this.#options.clock.now()),
    };
  }
}

function transitionOf(
  rule: AlertRule,
  before: StoredAlertState,
  after: StoredAlertState,
): Omit<NewTransition, 'facts' | 'evidence' | 'cause' | 'chain'> {
  return {
    ruleId: rule.id,
    title: rule.title,
    severity: rule.severity,
    from: before.state,
    to: after.state,
    atMs: after.sinceMs,
    value: after.value,
    threshold: rule.threshold,
  };
}
