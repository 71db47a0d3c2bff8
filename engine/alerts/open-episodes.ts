/** What fires, and whether it is told: silences, causes that fire themselves, flapping, and what is owed when they are over. */
import type { AlertRule } from '../model/alert.ts';
import type { AlertChannel } from '../model/alert-channel.ts';
import type { NewChange, NewTransition, OpenEpisode } from '../store/alert-store.ts';
import {
  flapCount,
  flapWindowMs,
  isHeldBack,
  notSuppressed,
  oweEpisode,
  type Suppression,
  steadyMs,
} from './episodes.ts';
import type { AlertJournal } from './journal.ts';
import { owedFor } from './notifications.ts';
import type { AlertRecords, ChannelBook, RuleSource, SilenceSource } from './ports.ts';
import type { RuleStates } from './rule-states.ts';

interface OpenEpisodesOptions {
  readonly rules: RuleSource;
  readonly silences: SilenceSource;
  readonly channels: Pick<ChannelBook, 'list'>;
  readonly records: AlertRecords;
  readonly states: RuleStates;
  readonly journal: AlertJournal;
}

export class OpenEpisodes {
  readonly #options: OpenEpisodesOptions;
  /** By the id of the transition that began the episode. */
  readonly #flapping = new Map<number, boolean>();
  #flappingRules: ReadonlySet<string> = new Set();

  constructor(options: OpenEpisodesOptions) {
    this.#options = options;
  }

  suppression(rule: AlertRule, atMs: number): Suppression {
    const { states, rules, silences } = this.#options;
    const cause = rule.inhibitedBy.find((id) => states.isFiring(id));
    return {
      ...notSuppressed,
      silencedBy: silences.for(rule, atMs)?.reason ?? null,
      inhibitedBy: cause === undefined ? null : (rules.list().find(({ id }) => id === cause)?.title ?? cause),
      isFlapping: this.#flappingRules.has(rule.id),
    };
  }

  /** A beginning that is held back is told when it no longer is; an end only to who heard of the beginning. */
  toldAtOnce(rule: AlertRule, transition: NewTransition): NewChange['notify'] {
    const channels = this.#options.channels.list();
    if (transition.to !== 'firing') return owedFor(transition, channels);
    const isFlapping = this.#options.records.firingCount(rule.id, transition.atMs - flapWindowMs) + 1 >= flapCount;
    return isHeldBack({ ...this.suppression(rule, transition.atMs), isFlapping }) ? [] : owedFor(transition, channels);
  }

  /** What was silenced, inhibited or flapping and is no longer; what is to be told again. Goes on after each step. */
  *tell(rules: readonly AlertRule[], nowMs: number): Generator<void, void> {
    const byId = new Map(rules.map((rule) => [rule.id, rule]));
    const episodes = this.#options.records.openEpisodes();
    const open = new Set(episodes.map(({ firingId }) => firingId));
    for (const id of this.#flapping.keys()) if (!open.has(id)) this.#flapping.delete(id);
    const channels = episodes.length === 0 ? [] : this.#options.channels.list();
    for (const episode of episodes) {
      const rule = byId.get(episode.ruleId);
      if (rule) this.#tellEpisode(rule, episode, channels, nowMs);
      yield;
    }
    this.#flappingRules = new Set(
      episodes.flatMap(({ ruleId, firingId }) => (this.#flapping.get(firingId) ? [ruleId] : [])),
    );
  }

  #tellEpisode(rule: AlertRule, episode: OpenEpisode, channels: readonly AlertChannel[], nowMs: number): void {
    const { records, journal } = this.#options;
    const { firingId, sinceMs } = episode;
    if (nowMs - sinceMs >= steadyMs) this.#flapping.set(firingId, false);
    const isFlapping =
      this.#flapping.get(firingId) ?? records.firingCount(rule.id, sinceMs - flapWindowMs) >= flapCount;
    this.#flapping.set(firingId, isFlapping);
    if (isHeldBack({ ...this.suppression(rule, nowMs), isFlapping })) return;
    const isAcknowledged = journal.acknowledgement(rule.id) !== undefined;
    oweEpisode(records, { rule, episode, channels, isAcknowledged, nowMs });
  }
}
