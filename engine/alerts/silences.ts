/** Silences and mute times: which alerts are not told, until when, and why. */
import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { AlertRule } from '../model/alert.ts';
import { type Matcher, type Silence, type SilenceDraft, silenceSchema } from '../model/alert-rules.ts';
import { isTimeZone, isWithin } from './weekly-hours.ts';

export interface SilencesOptions {
  readonly clock: Clock;
  readonly ids: IdSource;
  readonly settings: { get(key: string): string | null; set(key: string, value: string): void };
}

const settingKey = 'alert-silences';
const mostSilences = 500;
/** What is over stays in sight for this long. */
const keepMs = 30 * 24 * 3_600_000;

export class Silences {
  readonly #options: SilencesOptions;
  #known: Silence[] | null = null;

  constructor(options: SilencesOptions) {
    this.#options = options;
  }

  /** Newest first; those that are over for a month at most. @throws EngineError STORE_UNAVAILABLE */
  list(): readonly Silence[] {
    this.#known ??= this.#read();
    return this.#known;
  }

  /** The silence that holds for the rule at the moment; the one that holds longest. */
  for(rule: AlertRule, atMs: number): Silence | null {
    const holding = this.list().filter((silence) => holds(silence, atMs) && fits(silence.matchers, rule));
    return holding.toSorted((a, b) => (b.untilMs ?? Number.MAX_VALUE) - (a.untilMs ?? Number.MAX_VALUE))[0] ?? null;
  }

  /** @throws EngineError ALERT_RULE_INVALID, STORE_UNAVAILABLE */
  add({ forMs, ...draft }: SilenceDraft, who: string): Silence {
    if (draft.hours !== null && !isTimeZone(draft.hours.timeZone)) {
      throw new EngineError('ALERT_RULE_INVALID', `There is no time zone ${draft.hours.timeZone}`);
    }
    const nowMs = this.#options.clock.now();
    const silence: Silence = {
      ...draft,
      id: this.#options.ids.next(),
      who,
      fromMs: nowMs,
      createdAtMs: nowMs,
      untilMs: forMs === null ? null : nowMs + forMs,
    };
    this.#write([silence, ...this.list()]);
    return silence;
  }

  /** Ends it now. @throws EngineError ALERT_SILENCE_NOT_FOUND, STORE_UNAVAILABLE */
  lift(silenceId: string): void {
    const nowMs = this.#options.clock.now();
    const silence = this.list().find(({ id, untilMs }) => id === silenceId && (untilMs === null || untilMs > nowMs));
    if (!silence) throw new EngineError('ALERT_SILENCE_NOT_FOUND', `No silence that holds has the id ${silenceId}`);
    this.#write(this.list().map((each) => (each === silence ? { ...each, untilMs: nowMs } : each)));
  }

  #read(): Silence[] {
    const text = this.#options.settings.get(settingKey);
    const records = z.array(z.unknown()).safeParse(text === null ? [] : parseJson(text)).data ?? [];
    return records.flatMap((record) => silenceSchema.safeParse(record).data ?? []);
  }

  #write(silences: readonly Silence[]): void {
    const since = this.#options.clock.now() - keepMs;
    const kept = silences.filter(({ untilMs }) => untilMs === null || untilMs > since).slice(0, mostSilences);
    this.#options.settings.set(settingKey, JSON.stringify(kept));
    this.#known = null;
  }
}

function holds({ fromMs, untilMs, hours }: Silence, atMs: number): boolean {
  return atMs >= fromMs && (untilMs === null || atMs < untilMs) && (hours === null || isWithin(hours, atMs));
}

/** Every matcher must fit; none at all fit everything. */
export function fits(matchers: readonly Matcher[], rule: AlertRule): boolean {
  const { id, severity, signal, labels } = rule;
  const own: Readonly<Record<string, string>> = { ...labels, rule: id, severity, signal };
  return matchers.every(({ label, operator, value }) => {
    const actual = Object.hasOwn(own, label) ? (own[label] ?? '') : '';
    if (operator === 'is') return actual === value;
    if (operator === 'isNot') return actual !== value;
    return like(actual, value);
  });
}

/** `*` stands for anything; everything else for itself. Linear, whatever the pattern. */
function like(text: string, pattern: string): boolean {
  const [first = '', ...rest] = pattern.split('*');
  const last = rest.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of rest) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
