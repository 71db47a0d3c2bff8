/** Rules as files: YAML that can be edited and read back, and a rule file for Prometheus. */
import { parse, stringify } from 'yaml';
import { z } from 'zod';
import { EngineError, messageOf } from '../base/errors.ts';
import { type AlertRule, alertRuleSchema } from '../model/alert.ts';
import { figureWords, type UnitOf } from './evidence.ts';

const fileSchema = z.object({ format: z.literal('vigia-rules'), version: z.literal(1), rules: z.array(z.unknown()) });
const mostAliases = 100;

/** Reads back as what it was. */
export function rulesAsYaml(rules: readonly AlertRule[]): string {
  return stringify({ format: 'vigia-rules', version: 1, rules }, { lineWidth: 120, aliasDuplicateObjects: false });
}

/** @throws EngineError ALERT_RULE_INVALID, naming the rule and the field. */
export function parseRules(text: string): AlertRule[] {
  let document: unknown;
  try {
    document = parse(text, { maxAliasCount: mostAliases });
  } catch (error) {
    throw invalid(`it is no YAML: ${messageOf(error)}`);
  }
  const file = fileSchema.safeParse(document);
  if (!file.success) throw invalid('it must begin with "format: vigia-rules", "version: 1" and have a list "rules"');
  const rules = file.data.rules.map((record, index) => {
    const rule = alertRuleSchema.safeParse(record);
    if (rule.success) return rule.data;
    const [issue] = rule.error.issues;
    throw invalid(`rule ${index + 1}: ${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not a rule'}`);
  });
  const twin = rules.find(({ id }, index) => rules.findIndex((other) => other.id === id) !== index);
  if (twin) throw invalid(`"${twin.id}" is in it twice`);
  return rules;
}

/**
 * Rules over the series that `GET /metrics` exposes, one gauge a signal: `vigia_signal{signal="…"}`. What Prometheus cannot say (clear
 * thresholds, minimum samples, active hours) is left in comments of the annotations.
 * Source: https://prometheus.io/docs/prometheus/latest/configuration/alerting_rules/
 */
export function rulesForPrometheus(rules: readonly AlertRule[], unitOf: UnitOf = () => null): string {
  const switchedOn = rules.filter(({ enabled }) => enabled);
  const group = { name: 'vigia', rules: switchedOn.map((rule) => prometheusRule(rule, unitOf)) };
  return stringify({ groups: [group] }, { lineWidth: 0, aliasDuplicateObjects: false });
}

const overTime = { mean: 'avg', max: 'max', min: 'min', sum: 'sum', last: 'last' } as const;

function prometheusRule(rule: AlertRule, unitOf: UnitOf): Record<string, unknown> {
  const { signal, comparison, threshold, windowMs, aggregate, forMs, keepFiringForMs, severity, labels } = rule;
  const series = `vigia_signal{signal="${signal}"}`;
  return {
    alert: pascal(rule.id),
    expr: `${overTime[aggregate]}_over_time(${series}[${promDuration(windowMs)}]) ${comparison === 'above' ? '>' : '<'} ${threshold}`,
    for: promDuration(forMs),
    keep_firing_for: promDuration(keepFiringForMs),
    labels: { ...labels, severity },
    annotations: {
      summary: rule.title,
      clears: `at ${figureWords(signal, rule.clearThreshold, unitOf(signal))} in Vigía; Prometheus clears at the threshold`,
    },
  };
}

function pascal(id: string): string {
  return id.replaceAll(/(^|-)([a-z0-9])/g, (_match, _dash: string, letter: string) => letter.toUpperCase());
}

function promDuration(durationMs: number): string {
  return durationMs % 1_000 === 0 ? `${durationMs / 1_000}s` : `${durationMs}ms`;
}

function invalid(problem: string): EngineError {
  return new EngineError('ALERT_RULE_INVALID', `The file of rules cannot be used: ${problem}`);
}
