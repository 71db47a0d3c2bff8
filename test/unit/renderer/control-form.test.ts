/** What is entered before a Celery worker is told something, and what is refused before it is sent. */
import { expect, test } from 'vitest';
import { type ControlForm, type FormProblem, readForm } from '../../../src/renderer/pages/workers/control-form.ts';

const refused: readonly [ControlForm, Record<string, string>, FormProblem][] = [
  [{ kind: 'pool_grow', size: 2 }, { by: '0' }, 'by'],
  [{ kind: 'pool_grow', size: 2 }, { by: '1.5' }, 'by'],
  [{ kind: 'pool_grow', size: 2 }, { by: '1001' }, 'by'],
  [{ kind: 'pool_shrink', size: 2 }, { by: '2' }, 'shrink'],
  [{ kind: 'autoscale', min: 1, max: 4 }, { min: '4', max: '2' }, 'range'],
  [{ kind: 'rate_limit', task: 't', rate: null }, { rate: '100/d' }, 'rate'],
  [{ kind: 'rate_limit', task: 't', rate: null }, { rate: 'fast' }, 'rate'],
  [{ kind: 'time_limit', task: 't', softS: null, hardS: null }, { soft: 'soon', hard: '' }, 'seconds'],
  [{ kind: 'time_limit', task: 't', softS: null, hardS: null }, { soft: '0', hard: '' }, 'seconds'],
  [{ kind: 'time_limit', task: 't', softS: null, hardS: null }, { soft: '9', hard: '9' }, 'softOverHard'],
  [{ kind: 'add_consumer' }, { queue: '  ' }, 'queue'],
];

for (const [form, texts, problem] of refused) {
  test(`${form.kind} with ${JSON.stringify(texts)} is refused: ${problem}`, () => {
    expect(readForm(form, texts).problem).toBe(problem);
  });
}

test('a pool of unknown size may be shrunk: the engine asks the worker itself', () => {
  expect(readForm({ kind: 'pool_shrink', size: null }, { by: '3' })).toEqual({
    action: { kind: 'pool_shrink', by: 3 },
    problem: null,
  });
});

test('an exchange of no known kind never leaves the form: workers answer ok to it and end', () => {
  const { action } = readForm({ kind: 'add_consumer' }, { queue: 'a', exchangeType: 'x-anything' });
  expect(action).toMatchObject({ exchangeType: 'direct' });
});

test('an empty limit takes the limit away', () => {
  expect(readForm({ kind: 'rate_limit', task: 't', rate: '2/m' }, { rate: ' ' }).action).toMatchObject({ rate: null });
  expect(
    readForm({ kind: 'time_limit', task: 't', softS: 1, hardS: 2 }, { soft: '', hard: '2.5' }).action,
  ).toMatchObject({ softS: null, hardS: 2.5 });
});
