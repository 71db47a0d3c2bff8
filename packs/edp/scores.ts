/** Composite scores: weighted means of rates, shown only together with their parts and weights. */
import type { KpiSettings } from '../../engine/config/settings.ts';
import type { Measured } from './measures.ts';

export interface ScorePart {
  readonly part: string;
  /** Weights of a score add up to 1. */
  readonly weight: number;
  /** 0–1; null without data. */
  readonly value: number | null;
}

/** Used where the settings say nothing; only their proportions matter. */
export const defaultWeights: Readonly<Record<string, number>> = {
  'quality.first_pass_rate': 0.4,
  'quality.approval_rate': 0.3,
  'quality.conformity_rate': 0.3,
  'efficiency.on_time_rate': 0.4,
  'efficiency.completion_rate': 0.3,
  'efficiency.dso_against_target': 0.3,
};

export function qualityParts({ value }: Measured, settings: KpiSettings): ScorePart[] {
  const parts = ['first_pass_rate', 'approval_rate', 'conformity_rate'] as const;
  return weighted(
    'quality',
    settings,
    parts.map((part) => ({ part, value: capped(value(part)) })),
  );
}

export function efficiencyParts({ value }: Measured, settings: KpiSettings): ScorePart[] {
  const target = settings.targets['dso_days'];
  const dso = value('dso_days');
  const againstTarget = target === undefined || dso === null || dso <= 0 ? null : target / dso;
  return weighted('efficiency', settings, [
    { part: 'on_time_rate', value: capped(value('on_time_rate')) },
    { part: 'completion_rate', value: capped(value('completion_rate')) },
    { part: 'dso_against_target', value: capped(againstTarget) },
  ]);
}

/** 0–100; null as soon as one part that weighs anything has no data. */
export function scoreOf(parts: readonly ScorePart[]): number | null {
  let total = 0;
  for (const { weight, value } of parts) {
    if (weight === 0) continue;
    if (value === null) return null;
    total += weight * value;
  }
  return parts.some(({ weight }) => weight > 0) ? total * 100 : null;
}

function weighted(
  score: string,
  { scoreWeights = {} }: KpiSettings,
  parts: readonly { part: string; value: number | null }[],
): ScorePart[] {
  const weights = parts.map(({ part }) => scoreWeights[`${score}.${part}`] ?? defaultWeights[`${score}.${part}`] ?? 0);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return parts.map(({ part, value }, index) => ({
    part,
    value,
    weight: total === 0 ? 0 : (weights[index] ?? 0) / total,
  }));
}

function capped(value: number | null): number | null {
  return value === null ? null : Math.min(1, Math.max(0, value));
}
