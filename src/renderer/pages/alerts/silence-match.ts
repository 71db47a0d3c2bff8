/** Which rules a silence's conditions fit, as the engine reckons it, so that it can be shown while they are typed. */
import type { Matcher, Rule } from './alerts-model.ts';

/** Every condition must fit; none at all fit every rule. */
export function fitsRule(matchers: readonly Matcher[], { id, severity, signal, labels }: Rule): boolean {
  const own: Readonly<Record<string, string>> = { ...labels, rule: id, severity, signal };
  return matchers.every(({ label, operator, value }) => {
    const actual = Object.hasOwn(own, label) ? (own[label] ?? '') : '';
    if (operator === 'is') return actual === value;
    if (operator === 'isNot') return actual !== value;
    return likeness(value).test(actual);
  });
}

/** `*` stands for anything; everything else for itself. */
function likeness(pattern: string): RegExp {
  const parts = pattern.split(/\*+/).map((part) => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`));
  return new RegExp(`^${parts.join('.*')}$`, 's');
}
