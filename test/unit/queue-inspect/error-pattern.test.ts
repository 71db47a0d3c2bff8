/** Errors that differ in ids, numbers and quoted texts have one pattern; errors of different causes do not. */
import { describe, expect, it } from 'vitest';
import { errorPattern, failureGroupOf } from '../../../engine/queue/inspect/error-pattern.ts';

describe('an error’s pattern', () => {
  it.each([
    ['Timeout of 5000 ms at order 17', 'Timeout of <n> ms at order <n>'],
    ['Timeout of 12.5ms', 'Timeout of <n>ms'],
    ['User 3f2a9c1e-77aa-4b1c-9d2e-001122334455 not found', 'User <id> not found'],
    ['commit deadbeef42 is missing', 'commit <hex> is missing'],
    ['address 0x7ffde3 is bad', 'address <hex> is bad'],
    ['connect ECONNREFUSED 10.0.0.7:6379', 'connect ECONNREFUSED <address>'],
    ['GET https://api.example.org/v1/users/5?x=1 failed', 'GET <url> failed'],
    ['no such file "/tmp/a b.csv"', 'no such file "…"'],
    ["ENOENT: no such file or directory, open '/data/7.csv'", "ENOENT: no such file or directory, open '…'"],
    ['cannot read /var/data/x-17.csv', 'cannot read <path>'],
    ['mail to ana.b@example.org bounced', 'mail to <email> bounced'],
    ['due 2026-01-15T12:00:00.000Z', 'due <time>'],
    ['Unexpected token < in JSON\n    at line 3', 'Unexpected token < in JSON'],
    ['', '(no message)'],
  ])('%s', (error, pattern) => {
    expect(errorPattern(error)).toBe(pattern);
  });

  it('keeps an apostrophe inside words', () => {
    expect(errorPattern("can't find John's order")).toBe("can't find John's order");
  });

  it('keeps causes apart', () => {
    expect(failureGroupOf('Order 1 not found')).toBe(failureGroupOf('Order 22 not found'));
    expect(failureGroupOf('Order 1 not found')).not.toBe(failureGroupOf('Client 1 not found'));
    expect(errorPattern('Redis is a facade')).toBe('Redis is a facade');
  });
});
