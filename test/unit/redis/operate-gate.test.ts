import { describe, expect, test } from 'vitest';
import { OperateGate } from '../../../engine/redis/operate-gate.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const minute = 60_000;

function gate(byDefault: 'observe' | 'operate' = 'observe') {
  const clock = new ManualClock();
  const changes: string[] = [];
  const made = new OperateGate({ title: 'Redis "Sales"', byDefault, clock, onChange: () => changes.push(made.mode) });
  return { clock, changes, gate: made };
}

const codeOf = (made: OperateGate, name: string, ...args: string[]): string | null =>
  made.refusal(name, args)?.code ?? null;

describe('an observed connection', () => {
  test.each([
    ['get', 'k'],
    ['CONFIG', 'GET', '*'],
    ['config', 'get', '*'],
    ['ACL', 'LOG', '10'],
    ['CLIENT', 'LIST'],
    ['evalsha_ro', 'abc', '0'],
    ['subscribe', 'news'],
  ])('sends %s %s', (name, ...args) => {
    expect(codeOf(gate().gate, name, ...args)).toBeNull();
  });

  test.each([
    ['SET', 'k', 'v'],
    ['eval', 'return 1', '0'],
    ['evalsha', 'abc', '0'],
    ['CONFIG', 'SET', 'maxmemory', '0'],
    ['config', 'resetstat'],
    ['ACL', 'LOG', 'RESET'],
    ['acl', 'setuser', 'x'],
    ['CLIENT', 'KILL', 'ID', '1'],
    ['publish', 'news', 'x'],
    ['sort', 'k', 'STORE', 'other'],
    ['xreadgroup', 'GROUP', 'g', 'c'],
    ['getdel', 'k'],
    ['multi'],
    ['keys', '*'],
    ['monitor'],
    ['slowlog', 'reset'],
    ['a-command-of-the-future', 'k'],
    ['config'],
  ])('refuses %s %s, naming itself and the command', (name, ...args) => {
    const refusal = gate().gate.refusal(name, args);
    expect(refusal).toMatchObject({ code: 'REDIS_READ_ONLY', message: expect.stringContaining('Redis "Sales"') });
    expect(refusal?.message).toContain(name.toUpperCase());
  });

  test('takes writes once unlocked, and none any more when the time is over', async () => {
    const { gate: made, clock, changes } = gate();
    made.unlock(15 * minute);
    expect([codeOf(made, 'set'), made.untilMs]).toEqual([null, clock.now() + 15 * minute]);
    await clock.advance(15 * minute - 1);
    expect(codeOf(made, 'set')).toBeNull();
    await clock.advance(1);
    expect([codeOf(made, 'set'), made.untilMs, made.mode]).toEqual(['REDIS_READ_ONLY', null, 'observe']);
    expect(changes).toEqual(['operate', 'observe']);
  });

  test('is locked again at once on demand, and unlocking again begins anew', async () => {
    const { gate: made, clock } = gate();
    made.unlock(10 * minute);
    await clock.advance(9 * minute);
    made.unlock(10 * minute);
    await clock.advance(9 * minute);
    expect(made.mode).toBe('operate');
    made.lock();
    expect(codeOf(made, 'del', 'k')).toBe('REDIS_READ_ONLY');
    expect(clock.timerCount).toBe(0);
  });

  test('counts the time that the machine slept', () => {
    const { gate: made, clock } = gate();
    made.unlock(10 * minute);
    clock.suspend(11 * minute);
    expect(codeOf(made, 'set')).toBe('REDIS_READ_ONLY');
  });
});

test('a connection of this machine takes writes without end, until it is locked', async () => {
  const { gate: made, clock } = gate('operate');
  await clock.advance(24 * 60 * minute);
  expect([codeOf(made, 'set'), made.untilMs]).toEqual([null, null]);
  made.lock();
  expect(codeOf(made, 'set')).toBe('REDIS_READ_ONLY');
});
