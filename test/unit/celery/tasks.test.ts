/** What events make of a task, against Celery's own rule and against the lives of real tasks. */
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CeleryEvent } from '../../../engine/celery/events/decode-event.ts';
import { failureKind } from '../../../engine/celery/tasks/failure-kind.ts';
import { partsOfGroup, resultOf } from '../../../engine/celery/tasks/result-backend.ts';
import { RuntimeSketch } from '../../../engine/celery/tasks/runtime-sketch.ts';
import { withoutSecrets } from '../../../engine/celery/tasks/task-desk.ts';
import { applyEvent, type LiveTask, newTask } from '../../../engine/celery/tasks/task-record.ts';
import { stateOfEvent, transitions } from '../../../engine/celery/tasks/task-states.ts';
import { type CeleryTaskState, celeryTaskStates } from '../../../engine/model/celery-task.ts';

const fixtures = new URL('../../fixtures/celery/', import.meta.url);
const read = (path: string) => JSON.parse(readFileSync(new URL(path, fixtures), 'utf8'));

function event(type: string, atMs: number, more: Partial<CeleryEvent> = {}): CeleryEvent {
  return { type, node: 'a@b', pid: 1, clock: atMs, sentAtMs: atMs, heardAtMs: atMs, taskId: 't', fields: {}, ...more };
}

const eventOf = (state: CeleryTaskState): string =>
  Object.entries(stateOfEvent).find(([, reached]) => reached === state)?.[0] ?? 'none';

/** A task in `state`, moved there at 1,000. */
function taskIn(state: CeleryTaskState): LiveTask {
  const task = newTask('broker', 't', 1, 0);
  applyEvent(task, event(eventOf(state), 1_000), 1_000);
  expect(task.state).toBe(state);
  return task;
}

describe('the transition table', () => {
  const pairs = celeryTaskStates.flatMap((from) => celeryTaskStates.map((to) => ({ from, to })));

  it.each(pairs)('is what an event does: $from and then $to', ({ from, to }) => {
    const later = taskIn(from);
    applyEvent(later, event(eventOf(to), 2_000), 2_000);
    expect(later.state).toBe(transitions[from][to] === 'fill' ? from : to);
    const earlier = taskIn(from);
    applyEvent(earlier, event(eventOf(to), 500), 500);
    expect(earlier.state).toBe(transitions[from][to] === 'move' ? to : from);
  });

  // Source: celery.states.PRECEDENCE, strongest first.
  const precedence = ['SUCCESS', 'FAILURE', 'REVOKED', 'STARTED', 'RECEIVED', 'REJECTED', 'RETRY', 'PENDING'];
  const ordinary = pairs.filter(
    ({ from, to }) => ![from, to].some((state) => state === 'RETRY' || state === 'REJECTED'),
  );

  it.each(ordinary)('follows Celery: $from and then $to', ({ from, to }) => {
    const weaker = precedence.indexOf(to) > precedence.indexOf(from);
    expect(transitions[from][to]).toBe(weaker ? 'fill' : 'move');
  });
});

describe('the life of a real task', () => {
  interface Captured {
    event: { type: string; hostname: string; pid: number; clock: number; timestamp: number; uuid: string };
    received_at: number;
  }
  const lives: Record<string, Captured[]> = read('events/lifecycles.json').tasks;
  const ends: Record<string, CeleryTaskState> = {
    ok: 'SUCCESS',
    fail: 'FAILURE',
    retry: 'SUCCESS',
    reject: 'REJECTED',
    expired: 'REVOKED',
    hardlimit: 'FAILURE',
    eta: 'SUCCESS',
    chord: 'SUCCESS',
  };

  function live(events: readonly Captured[]): LiveTask {
    const task = newTask('broker', events[0]?.event.uuid ?? '', 1, 0);
    for (const { event: fields, received_at } of events) {
      const { type, hostname: node, pid, clock, timestamp } = fields;
      const heard = { type, node, pid, clock, sentAtMs: timestamp * 1_000, heardAtMs: received_at * 1_000 };
      applyEvent(task, { ...heard, taskId: fields.uuid, fields: { ...fields } }, heard.sentAtMs);
    }
    return task;
  }

  it('has a test for every captured one', () => {
    expect(Object.keys(lives).sort()).toEqual(Object.keys(ends).sort());
  });

  it.each(Object.entries(ends))('"%s" ends as %s', (name, state) => {
    const task = live(lives[name] ?? []);
    expect(task).toMatchObject({ state, doubt: null });
    expect(task.timeline).toHaveLength(lives[name]?.length ?? 0);
  });

  it('ends the same whatever the order its events arrive in', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('ok', 'fail', 'expired', 'hardlimit', 'eta', 'chord'),
        fc.infiniteStream(fc.nat()),
        (name, random) => {
          const shuffled = (lives[name] ?? [])
            .map((one) => ({ one, key: random.next().value ?? 0 }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ one }) => one);
          expect(live(shuffled).state).toBe(ends[name]);
          expect(live(shuffled).name).toBe(live(lives[name] ?? []).name);
        },
      ),
    );
  });

  it('of a hard time limit tells the real reason, which only its traceback has', () => {
    expect(live(lives['hardlimit'] ?? []).exception).toMatch(/TimeLimitExceeded/);
  });

  it('is not thrown back by a retry that is told after the next attempt began', () => {
    const task = newTask('broker', 't', 1, 0);
    const told: [string, number, number | undefined][] = [
      ['task-received', 1_000, 0],
      ['task-started', 1_010, undefined],
      ['task-received', 1_020, 1],
      ['task-retried', 1_025, undefined],
    ];
    for (const [type, atMs, retries] of told) applyEvent(task, event(type, atMs, { fields: { retries } }), atMs);
    expect(task).toMatchObject({ state: 'RECEIVED', retries: 1 });
    applyEvent(task, event('task-started', 1_030), 1_030);
    applyEvent(task, event('task-retried', 1_040), 1_040);
    expect(task.state).toBe('RETRY');
  });
});

describe('a stored result', () => {
  const names = readdirSync(new URL('results/', fixtures)).filter((name) => name !== 'group-saved.json');

  it.each(names)('%s is read', (name) => {
    const { value } = read(`results/${name}`);
    const found = resultOf(value);
    expect(found).toMatchObject({ state: /"status": "([A-Z]+)"/.exec(value)?.[1] });
  });

  it('too long to be fetched still tells its state', () => {
    const cut = `{"status": "SUCCESS", "result": "${'x'.repeat(20_000)}`.slice(0, 16_384);
    expect(resultOf(cut)).toMatchObject({ state: 'SUCCESS' });
  });

  it.each(['x', '{}', '{"status": 5}', '[1]'])('%j is unreadable, not an error', (text) => {
    expect(resultOf(text)).toBe('unreadable');
  });

  it('that is not there is absent', () => {
    expect(resultOf('')).toBe('absent');
  });
});

describe('a saved group', () => {
  it.each(['', 'celery-5.6/'])('of Celery is read (%s)', (version) => {
    const { value, decoded } = read(`${version}results/group-saved.json`);
    expect(partsOfGroup(value)).toEqual(decoded.result[1].map(([[id]]: [[string]]) => id));
  });

  it('with groups in it tells their tasks, in order', () => {
    const task = (id: string) => [[id, null], null];
    const inner = [
      ['inner', null],
      [task('b'), task('c')],
    ];
    expect(
      partsOfGroup(
        JSON.stringify({
          result: [
            ['g', null],
            [task('a'), inner, task('d')],
          ],
        }),
      ),
    ).toEqual([...['a', 'b', 'c', 'd']]);
  });

  it.each(['', 'x', '{}', '{"result": 5}', '{"result": [["g", null]]}', '{"result": [["g", null], [["a", nu'])(
    '%j is none',
    (text) => {
      expect(partsOfGroup(text)).toBeNull();
    },
  );
});

describe('failures', () => {
  const same: [string, string][] = [
    ["ValueError('row 17 is bad')", "ValueError('row 18 is bad')"],
    ["KeyError('a')", "KeyError('b')"],
    [
      'NotFound("no user 6d8fea76-899e-414d-a1b8-d3807b6f545b")',
      'NotFound("no user 0dd36f29-e6e4-4055-ba20-2f63b7acd381")',
    ],
    ["OSError(2, 'No such file', '/tmp/a1')", "OSError(2, 'No such file', '/tmp/b2')"],
    ['<object at 0x7f12ab>', '<object at 0x55aa00>'],
  ];
  it.each(same)('%s and %s are of one kind', (one, other) => {
    if (one.startsWith('KeyError')) expect(failureKind(one, null).exceptionType).toBe('KeyError');
    else expect(failureKind(one, null)).toEqual(failureKind(other, null));
  });

  const different: [string, string][] = [
    ["ValueError('row 17 is bad')", "TypeError('row 17 is bad')"],
    ["ValueError('row 17 is bad')", "ValueError('row 17 is late')"],
  ];
  it.each(different)('%s and %s are not', (one, other) => {
    expect(failureKind(one, null).failureId).not.toBe(failureKind(other, null).failureId);
  });
});

describe('runtimes', () => {
  it('are at most 4 % above the true quantile, in any order', () => {
    const runtime = fc.double({ min: 0.2, max: 1e7, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(runtime, { minLength: 1, maxLength: 300 }),
        fc.constantFrom(0.5, 0.95, 0.99),
        (values, ratio) => {
          const sketch = new RuntimeSketch();
          for (const value of values) sketch.add(value);
          const exact = values.toSorted((a, b) => a - b)[Math.ceil(ratio * values.length) - 1] ?? 0;
          const found = sketch.quantile(ratio) ?? 0;
          expect(found).toBeGreaterThanOrEqual(exact * 0.999_999);
          expect(found).toBeLessThanOrEqual(exact * 1.040_001);
        },
      ),
    );
  });

  it('of long ago are forgotten', () => {
    const sketch = new RuntimeSketch();
    for (let run = 0; run < 5_000; run += 1) sketch.add(60_000);
    for (let run = 0; run < 10_001; run += 1) sketch.add(10);
    expect(sketch.quantile(0.99)).toBeLessThan(11);
  });
});

describe('revealed arguments', () => {
  const cases: [string, string][] = [
    ["{'user': 'ana', 'password': 'x\\'y', 'n': 1}", "{'user': 'ana', 'password': '***', 'n': 1}"],
    ['{"api_key": "abc", "x": 2}', `{"api_key": '***', "x": 2}`],
    ["{'auth_token': 12345}", "{'auth_token': '***'}"],
    ["{'secret': 'cut off her", "{'secret': '***'"],
    ["('postgres://me:pw@host/db',)", "('postgres://***@host/db',)"],
  ];
  it.each(cases)('%s', (repr, shown) => {
    expect(withoutSecrets(repr)).toBe(shown);
  });
});
