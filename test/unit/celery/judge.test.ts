/** Verdicts on Celery workers: one line of the table a situation. */
import { describe, expect, it } from 'vitest';
import { judgeCeleryWorker } from '../../../engine/celery/verdicts/judge.ts';
import type { WorkerEvidence } from '../../../engine/celery/verdicts/worker-evidence.ts';

const minute = 60_000;

/** A healthy worker with two slots and nothing to do. */
const healthy: WorkerEvidence = {
  node: 'w1@test',
  hearingForMs: 10 * minute,
  heartbeat: { ageMs: 800, everyMs: 2_000, goodbyeAgeMs: null },
  reply: { ageMs: 9_000, unanswered: 0 },
  subscribed: 'yes',
  announcedControl: true,
  pool: { slots: 2, isSolo: false },
  activeCount: 0,
  running: { oldestMs: null, oldestName: null, allPastUsual: true, usualMs: null },
  reservedCount: 0,
  queues: ['celery'],
  waitingCount: 0,
  waitingForMs: 0,
  progressAgeMs: null,
  watchedForMs: 5 * minute,
  taskEvents: 'on',
  heartbeats: 'on',
  isDouble: false,
  clockSkewMs: 3,
};

const beat = (ageMs: number | null, goodbyeAgeMs: number | null = null) => ({ ageMs, everyMs: 2_000, goodbyeAgeMs });
const mute = { ageMs: minute, unanswered: 3 };
const stuck = { oldestMs: 12_000, oldestName: 't.x', allPastUsual: true, usualMs: null };
const waiting = { waitingCount: 4, waitingForMs: 9_000 };

type Line = readonly [situation: string, verdict: string, reason: string, change: Partial<WorkerEvidence>];

const table: readonly Line[] = [
  ['idle and well', 'consuming', 'nothing_to_do', {}],
  ['runs one of two', 'consuming', 'running_tasks', { activeCount: 1, progressAgeMs: 500 }],
  ['has just done something', 'consuming', 'taking_tasks', { progressAgeMs: 3_000 }],
  ['works to its limit', 'busy', 'all_slots_taken', { activeCount: 2, progressAgeMs: 2_000, ...waiting }],
  ['long tasks, nobody waits', 'busy', 'all_slots_taken', { activeCount: 2, running: { ...stuck, oldestMs: minute } }],
  [
    'long tasks that usually take long, others wait',
    'busy',
    'all_slots_taken',
    { activeCount: 2, ...waiting, progressAgeMs: minute, running: { ...stuck, allPastUsual: false, usualMs: 300_000 } },
  ],
  [
    'all children blocked, others wait',
    'wedged',
    'all_slots_stuck',
    { activeCount: 2, ...waiting, progressAgeMs: 12_000, running: stuck },
  ],
  [
    'all children blocked, others are reserved',
    'wedged',
    'all_slots_stuck',
    { activeCount: 2, reservedCount: 3, progressAgeMs: 12_000, running: stuck },
  ],
  ['pool shrunk to nothing', 'wedged', 'pool_empty', { pool: { slots: 0, isSolo: false } }],
  ['told to take from no queue', 'wedged', 'no_queues', { queues: [] }],
  ['alive and not consuming', 'wedged', 'not_taking_tasks', { ...waiting, progressAgeMs: 30_000 }],
  ['a message that came just now', 'consuming', 'nothing_to_do', { waitingCount: 1, waitingForMs: 2_000 }],
  ['a worker that came just now beside a backlog', 'consuming', 'nothing_to_do', { ...waiting, watchedForMs: 3_000 }],
  ['holds tasks with free slots', 'unknown', 'holding_tasks', { ...waiting, reservedCount: 2, progressAgeMs: minute }],
  [
    'stopped: still connected, says nothing',
    'unknown',
    'silent',
    { heartbeat: beat(7_000), reply: mute, subscribed: 'unknown' },
  ],
  ['one late heartbeat', 'consuming', 'nothing_to_do', { heartbeat: beat(4_000) }],
  [
    'killed: connection closed',
    'gone',
    'silent_and_disconnected',
    { heartbeat: beat(11_000), reply: mute, subscribed: 'no' },
  ],
  ['killed a moment ago', 'unknown', 'silent', { heartbeat: beat(7_000), reply: mute, subscribed: 'no' }],
  [
    'silent for long',
    'gone',
    'silent',
    { heartbeat: beat(11 * minute), reply: { ...mute, ageMs: 11 * minute }, subscribed: 'unknown' },
  ],
  [
    'we hear nothing ourselves',
    'unknown',
    'silent',
    { hearingForMs: 0, heartbeat: beat(minute), reply: mute, subscribed: 'no' },
  ],
  [
    'we hear again since a second, and nothing of it yet',
    'unknown',
    'silent',
    { hearingForMs: 1_000, heartbeat: beat(minute), reply: mute, subscribed: 'no' },
  ],
  ['said goodbye', 'gone', 'said_goodbye', { heartbeat: beat(3_000, 2_000) }],
  ['deaf and idle', 'unknown', 'deaf_and_idle', { reply: mute, subscribed: 'no' }],
  ['deaf and working', 'consuming', 'taking_tasks', { reply: mute, subscribed: 'no', progressAgeMs: 4_000 }],
  [
    'deaf and not taking',
    'wedged',
    'not_taking_tasks',
    { reply: mute, subscribed: 'no', ...waiting, progressAgeMs: minute },
  ],
  [
    'remote control off',
    'consuming',
    'nothing_to_do',
    {
      reply: { ageMs: null, unanswered: 5 },
      announcedControl: false,
      subscribed: 'no',
      pool: { slots: null, isSolo: false },
      queues: null,
      waitingCount: null,
    },
  ],
  ['heartbeats off, answers', 'consuming', 'nothing_to_do', { heartbeat: beat(null), heartbeats: 'off' }],
  [
    'heartbeats off, does not answer',
    'unknown',
    'silent',
    { heartbeat: beat(null), heartbeats: 'off', reply: mute, subscribed: 'unknown' },
  ],
  ['its clock is off by a minute', 'consuming', 'nothing_to_do', { clockSkewMs: -60_000 }],
  [
    'solo, in a task',
    'busy',
    'running_tasks',
    {
      pool: { slots: 1, isSolo: true },
      heartbeat: beat(30_000),
      reply: mute,
      subscribed: 'unknown',
      running: { ...stuck, oldestMs: 30_000 },
    },
  ],
  [
    'never heard, never answered',
    'unknown',
    'never_heard',
    { heartbeat: beat(null), reply: { ageMs: null, unanswered: 2 } },
  ],
];

describe('a Celery worker', () => {
  it.each(table)('%s: %s, %s', (_situation, verdict, reason, change) => {
    const judged = judgeCeleryWorker({ ...healthy, ...change });
    expect([judged.verdict, judged.reason]).toEqual([verdict, reason]);
    expect(judged.words).not.toBe('');
  });

  it('is never judged by its own clock', () => {
    for (const [, , , change] of table) {
      const judged = judgeCeleryWorker({ ...healthy, ...change });
      for (const clockSkewMs of [-90_000, 90_000]) {
        const skewed = judgeCeleryWorker({ ...healthy, ...change, clockSkewMs });
        expect([skewed.verdict, skewed.reason, skewed.words]).toEqual([judged.verdict, judged.reason, judged.words]);
        expect(skewed.flags).toContain('clock_skewed');
      }
    }
  });

  const flags: readonly (readonly [string, Partial<WorkerEvidence>, string[]])[] = [
    ['deaf', { reply: mute, subscribed: 'no' }, ['deaf']],
    [
      'without remote control',
      { reply: { ageMs: null, unanswered: 2 }, announcedControl: false },
      ['remote_control_off'],
    ],
    ['a stock one', { taskEvents: 'off' }, ['task_events_off']],
    ['without heartbeats', { heartbeats: 'off', heartbeat: beat(null) }, ['heartbeats_off']],
    ['two of one name', { isDouble: true }, ['duplicate_name']],
    ['well', {}, []],
  ];
  it.each(flags)('%s is marked so', (_name, change, expected) => {
    expect(judgeCeleryWorker({ ...healthy, ...change }).flags).toEqual(expected);
  });
});

it('tells what waits where: with the worker, in its queues, or nowhere', () => {
  const told = (change: Partial<WorkerEvidence>) =>
    judgeCeleryWorker({ ...healthy, activeCount: 2, progressAgeMs: 12_000, running: stuck, ...change })
      .evidence.filter(({ code }) => ['holding', 'waiting', 'none_waiting'].includes(code))
      .map(({ code, values }) => [code, values['count']]);
  expect(told({ reservedCount: 3 })).toEqual([
    ['holding', 3],
    ['none_waiting', undefined],
  ]);
  expect(told({ reservedCount: 3, ...waiting })).toEqual([
    ['holding', 3],
    ['waiting', 4],
  ]);
  expect(told({ reservedCount: null, waitingCount: null })).toEqual([]);
});
