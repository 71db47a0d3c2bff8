/** Judges every rule after each round of samples, keeps the states through restarts, and tells of what changed. */

import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock, Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertRule, AlertStatus } from '../model/alert.ts';
import type { CauseLink } from '../model/cause.ts';
import type { NewChange, NewTransition, StoredAlertState } from '../store/alert-store.ts';
import type { UnitOf } from './evidence.ts';
import { AlertJournal } from './journal.ts';
import { type NotificationSender, owedFor } from './notifications.ts';
import { OpenEpisodes } from './open-episodes.ts';
import type { AlertRecords, ChannelBook, RuleSource, SampleReader, SilenceSource } from './ports.ts';
import { RuleStates } from './rule-states.ts';
import { type ObservedRound, Sight } from './sight.ts';
import { initialState } from './state-machine.ts';
import { endOf, transitionOf } from './transitions.ts';

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

/** Gathers what causes are looked for in, once for all rules that begin to fire together. */
type Explainer = () => Promise<(rule: AlertRule) => CauseLink[]>;

interface AlertEvents {
  changed: { ruleId: string };
  transition: NewTransition;
}

/** Rules are judged for this long in one turn. */
const turnMs = 8;

export class AlertEngine {
  readonly #options: AlertEngineOptions;
  readonly #emitter: Emitter<AlertEvents>;
  readonly #states: RuleStates;
  readonly #journal: AlertJournal;
  readonly #sight: Sight;
  readonly #episodes: OpenEpisodes;
  /** Also those that have gone since the round before. */
  readonly #known = new Map<string, AlertRule>();
  #judging: Promise<void> | null = null;
  #explainer: Explainer | null = null;

  /** Goes on with the states that the store has. @throws EngineError STORE_UNAVAILABLE */
  constructor(options: AlertEngineOptions) {
    this.#options = options;
    const { logger, records, samples } = options;
    this.#emitter = new Emitter((error) =>
      logger.error('a listener of the alerts failed', { error: messageOf(error) }),
    );
    const states = new RuleStates(records.states(), samples);
    const journal = new AlertJournal(records, logger);
    this.#states = states;
    this.#journal = journal;
    this.#sight = new Sight((gap) => journal.saveGap(gap));
    this.#episodes = new OpenEpisodes({ ...options, states, journal });
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
    this.#journal.acknowledge(ruleId, who, note, this.#options.clock.now());
    this.#emitter.emit('changed', { ruleId });
  }

  async #round(round: ObservedRound): Promise<void> {
    const { rules, sender } = this.#options;
    const seen = this.#sight.of(round);
    if (seen === null) return;
    const known = rules.list();
    this.#retire(known, seen.atMs);
    await this.#judgeAll(known, seen);
    try {
      await this.#inTurns(this.#episodes.tell(known, seen.atMs));
    } finally {
      void sender.deliver();
    }
  }

  async #judgeAll(rules: readonly AlertRule[], round: ObservedRound): Promise<void> {
    const firing = rules.filter(({ id }) => this.#states.isFiring(id));
    const titles = new Map(firing.map(({ id, title }) => [id, title]));
    let states: StoredAlertState[] = [];
    let changes: NewChange[] = [];
    const judge = (rule: AlertRule): void => {
      const judged = this.#states.judge(rule, round);
      if (judged === null) return;
      if (judged.isToWrite) states.push(judged.after);
      if (judged.after.state === judged.before.state) return;
      const cause = rule.inhibitedBy.flatMap((id) => titles.get(id) ?? [])[0] ?? null;
      const transition = transitionOf(rule, judged, cause, this.#options.unitOf);
      changes.push({ transition, notify: this.#episodes.toldAtOnce(rule, transition) });
    };
    const save = async (): Promise<void> => {
      const [written, told] = [states, changes];
      [states, changes] = [[], []];
      this.#save(written, await this.#explained(told));
    };
    await this.#inTurns(eachOf(rules, judge), save);
    await save();
  }

  /** A few milliseconds of steps, then everybody else, then `between` in a turn of its own. */
  async #inTurns(steps: Generator<void, void>, between: () => Promise<void> = async () => {}): Promise<void> {
    const { clock } = this.#options;
    let turnBeganMs = clock.monotonicMs();
    while (steps.next().done !== true) {
      if (clock.monotonicMs() - turnBeganMs < turnMs) continue;
      await nextTurn();
      await between();
      await nextTurn();
      turnBeganMs = clock.monotonicMs();
    }
  }

  /** What begins to fire with the way to its cause; without one when it cannot be found, never later for it than a few seconds. */
  async #explained(changes: readonly NewChange[]): Promise<readonly NewChange[]> {
    if (this.#explainer === null || !changes.some(({ transition }) => transition.to === 'firing')) return changes;
    try {
      const explain = await this.#explainer();
      return changes.map((change) => {
        const rule = this.#known.get(change.transition.ruleId);
        if (change.transition.to !== 'firing' || rule === undefined) return change;
        return { ...change, transition: { ...change.transition, chain: explain(rule) } };
      });
    } catch (error) {
      this.#options.logger.warn('the causes of an alert could not be looked for', { error: messageOf(error) });
      return changes;
    }
  }

  /** A rule that was switched off or removed while it fired has ended, and that is said. */
  #retire(rules: readonly AlertRule[], atMs: number): void {
    for (const state of this.#states.retire(new Set(rules.map(({ id }) => id)))) {
      const ended: StoredAlertState = { ...state, state: 'inactive', sinceMs: atMs, kindSinceMs: atMs, seenAtMs: atMs };
      const transition = endOf(state, this.#known.get(state.ruleId), atMs);
      this.#save([ended], [{ transition, notify: owedFor(transition, this.#options.channels.list()) }]);
    }
    for (const rule of rules) this.#known.set(rule.id, rule);
  }

  #save(states: readonly StoredAlertState[], changes: readonly NewChange[]): void {
    if (!this.#journal.save(states, changes)) this.#states.notWritten(states);
    for (const { transition } of changes) {
      this.#emitter.emit('transition', transition);
      this.#emitter.emit('changed', { ruleId: transition.ruleId });
    }
  }

  #statusOf(rule: AlertRule): AlertStatus {
    const nowMs = this.#options.clock.now();
    const state = this.#states.get(rule.id) ?? initialState(rule.id, nowMs);
    const acknowledged = this.#journal.acknowledgement(rule.id);
    return {
      rule,
      state: state.state,
      sinceMs: state.sinceMs,
      value: state.value,
      observationCount: state.observationCount,
      acknowledgedBy: acknowledged?.who ?? null,
      acknowledgedAtMs: acknowledged?.atMs ?? null,
      acknowledgeNote: acknowledged?.note ?? null,
      ...this.#episodes.suppression(rule, nowMs),
    };
  }
}

function* eachOf<Item>(items: readonly Item[], act: (item: Item) => void): Generator<void, void> {
  for (const item of items) {
    act(item);
    yield;
  }
}
