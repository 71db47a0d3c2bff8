/** The list of checks and what leans on it. */
import { expect, test } from 'vitest';
import { defaultRules } from '../../../engine/alerts/default-rules.ts';
import { checks } from '../../../engine/doctor/checks.ts';

test('ids of checks are of one kind, and each there once', () => {
  const ids = checks.map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
});

test('every default rule has a runbook, which is a check of the doctor', () => {
  const ids = new Set(checks.map(({ id }) => id));
  const astray = defaultRules.filter(({ runbook }) => runbook === null || !ids.has(runbook));
  expect(astray.map(({ id }) => id)).toEqual([]);
});
