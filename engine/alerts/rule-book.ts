/** The rules as they hold: the built-in ones with what the user changed, and the user's own. */
import { z } from 'zod';
import { EngineError } from '../base/errors.ts';
import { type AlertRule, alertRuleSchema } from '../model/alert.ts';
import type { RuleDraft, RuleImport, RuleView } from '../model/alert-rules.ts';
import { parseRules } from './rule-files.ts';
import { isTimeZone } from './weekly-hours.ts';

export interface RuleBookOptions {
  readonly builtIns: readonly AlertRule[];
  readonly settings: { get(key: string): string | null; set(key: string, value: string): void };
  readonly onChanged: (ruleId: string) => void;
}

const settingKey = 'alert-rules';
const mostRules = 5_000;

export class RuleBook {
  readonly #options: RuleBookOptions;
  #known: RuleView[] | null = null;

  constructor(options: RuleBookOptions) {
    this.#options = options;
  }

  /** The built-in ones first. A record that cannot be read counts as none. @throws EngineError STORE_UNAVAILABLE */
  views(): readonly RuleView[] {
    this.#known ??= this.#read();
    return this.#known;
  }

  /** Those that are switched on. */
  list(): AlertRule[] {
    return this.views().flatMap(({ rule }) => (rule.enabled ? [rule] : []));
  }

  /** @throws EngineError ALERT_RULE_INVALID, STORE_UNAVAILABLE */
  save(draft: RuleDraft): RuleView {
    const rule: AlertRule = { ...draft, id: draft.id ?? this.#newId(draft.title) };
    checkRule(rule);
    this.#write([...this.#kept().filter(({ id }) => id !== rule.id), rule]);
    this.#options.onChanged(rule.id);
    return this.#get(rule.id);
  }

  /** @throws EngineError ALERT_NOT_FOUND, ALERT_RULE_INVALID when it is built in */
  remove(ruleId: string): void {
    if (this.#get(ruleId).origin !== 'own') {
      throw invalid('a built-in rule can be switched off or reset, but not removed');
    }
    this.#write(this.#kept().filter(({ id }) => id !== ruleId));
    this.#options.onChanged(ruleId);
  }

  /** A built-in rule as it was made. @throws EngineError ALERT_NOT_FOUND, ALERT_RULE_INVALID when it is not built in */
  reset(ruleId: string): RuleView {
    if (this.#get(ruleId).origin === 'own') throw invalid('only a built-in rule can be reset');
    this.#write(this.#kept().filter(({ id }) => id !== ruleId));
    this.#options.onChanged(ruleId);
    return this.#get(ruleId);
  }

  /** All or none; rules that are not in the text stay. @throws EngineError ALERT_RULE_INVALID with what is wrong and in which rule */
  import(text: string): RuleImport {
    const incoming = parseRules(text);
    for (const rule of incoming) checkRule(rule);
    const before = new Map(this.views().map(({ rule }) => [rule.id, JSON.stringify(rule)]));
    const changes = incoming.filter((rule) => before.get(rule.id) !== JSON.stringify(rule));
    const ids = new Set(changes.map(({ id }) => id));
    if (changes.length > 0) this.#write([...this.#kept().filter(({ id }) => !ids.has(id)), ...changes]);
    for (const id of ids) this.#options.onChanged(id);
    return {
      added: [...ids].filter((id) => !before.has(id)),
      changed: [...ids].filter((id) => before.has(id)),
      unchanged: incoming.map(({ id }) => id).filter((id) => !ids.has(id)),
    };
  }

  #get(ruleId: string): RuleView {
    const view = this.views().find(({ rule }) => rule.id === ruleId);
    if (!view) throw new EngineError('ALERT_NOT_FOUND', `No alert rule has the id ${ruleId}`);
    return view;
  }

  #newId(title: string): string {
    const plain = title
      .normalize('NFD')
      .replaceAll(/\p{M}/gu, '')
      .toLowerCase()
      .replaceAll(/[^a-z0-9]+/g, '-')
      .replaceAll(/^-+|-+$/g, '')
      .slice(0, 60);
    const base = plain === '' ? 'rule' : plain;
    const taken = new Set(this.views().map(({ rule }) => rule.id));
    for (let n = 1; ; n += 1) {
      const id = n === 1 ? base : `${base}-${n}`;
      if (!taken.has(id)) return id;
    }
  }

  #kept(): AlertRule[] {
    return this.views().flatMap(({ rule, origin }) => (origin === 'built-in' ? [] : [rule]));
  }

  #read(): RuleView[] {
    const text = this.#options.settings.get(settingKey);
    const records = z.array(z.unknown()).safeParse(text === null ? [] : parseJson(text)).data ?? [];
    const kept = new Map(
      records.flatMap((record) => alertRuleSchema.safeParse(record).data ?? []).map((rule) => [rule.id, rule]),
    );
    const builtIns = this.#options.builtIns.map((rule): RuleView => {
      const changed = kept.get(rule.id);
      return changed ? { rule: changed, origin: 'changed' } : { rule, origin: 'built-in' };
    });
    const builtInIds = new Set(this.#options.builtIns.map(({ id }) => id));
    const own = [...kept.values()].filter(({ id }) => !builtInIds.has(id));
    return [...builtIns, ...own.map((rule): RuleView => ({ rule, origin: 'own' }))];
  }

  #write(rules: readonly AlertRule[]): void {
    if (rules.length > mostRules) throw invalid(`${mostRules} are the most that are kept`);
    this.#options.settings.set(settingKey, JSON.stringify(rules));
    this.#known = null;
  }
}

/** @throws EngineError ALERT_RULE_INVALID */
export function checkRule(rule: AlertRule): void {
  const { id, comparison, threshold, clearThreshold, activeHours, inhibitedBy } = rule;
  const clearsOnTheWrongSide = comparison === 'above' ? clearThreshold > threshold : clearThreshold < threshold;
  if (clearsOnTheWrongSide) {
    throw invalid(`"${id}" would clear at ${clearThreshold}, which is still past its threshold of ${threshold}`);
  }
  if (activeHours !== null && !isTimeZone(activeHours.timeZone)) {
    throw invalid(`"${id}": there is no time zone ${activeHours.timeZone}`);
  }
  if (inhibitedBy.includes(id)) throw invalid(`"${id}" cannot be its own cause`);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function invalid(problem: string): EngineError {
  return new EngineError('ALERT_RULE_INVALID', `The rule cannot be used: ${problem}`);
}
