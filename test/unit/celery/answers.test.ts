import { anything, assert, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  readConf,
  readHeld,
  readQueues,
  readRegistered,
  readRevoked,
  readScheduled,
  readStats,
  readWhere,
} from '../../../engine/celery/inspect/answers.ts';
import { controlFixtures } from '../../support/celery-fixtures.ts';

const readers: Record<string, (value: unknown) => { ok: boolean }> = {
  stats: readStats,
  active: readHeld,
  reserved: readHeld,
  scheduled: readScheduled,
  registered: readRegistered,
  active_queues: readQueues,
  conf: readConf,
  revoked: readRevoked,
  query_task: readWhere,
};

/** Every captured answer to a question that we ask, of both versions. */
const answers = controlFixtures()
  .filter(({ file, publish }) => publish.body.method in readers && !file.includes('badargs'))
  .flatMap(({ file, publish, replies }) =>
    replies.map(({ body }) => ({
      file,
      method: publish.body.method,
      value: Object.values(body as object)[0] as unknown,
    })),
  );
const answersTo = (method: string): unknown[] =>
  answers.filter((one) => one.method === method).map(({ value }) => value);

describe('answers of real workers', () => {
  it.each(answers.map((one, index) => [`${one.file} ${index}`, one] as const))(
    'are understood: %s',
    (_name, { method, value }) => {
      expect(readers[method]?.(value)).toMatchObject({ ok: true });
    },
  );

  it('keep what they say', () => {
    const [first] = answersTo('stats');
    const processes = (first as { pool: { processes: number[] } }).pool.processes;
    const stats = readStats(first);
    expect(stats).toMatchObject({
      ok: true,
      value: {
        pool: { kind: 'prefork', size: processes.length, processIds: processes },
        broker: { host: '127.0.0.1' },
      },
    });
    const autoscaled = controlFixtures().find(({ file }) => file === 'inspect/stats-autoscaled.json');
    const value = Object.values(autoscaled?.replies[0]?.body as object)[0] as { autoscaler: { max: number } };
    expect(readStats(value)).toMatchObject({ value: { pool: { autoscale: { max: value.autoscaler.max } } } });
    const limited = answersTo('registered').flatMap((lines) => {
      const read = readRegistered(lines);
      return read.ok ? read.value.filter(({ name }) => name === 'probe.limited') : [];
    });
    expect(limited).toContainEqual(expect.objectContaining({ rateLimit: '2/m', acksLate: false, maxRetries: 3 }));
    const conf = readConf(answersTo('conf')[0]);
    expect(conf).toMatchObject({ ok: true, value: { timezone: '"UTC"' } });
  });

  it('hold no arguments of tasks', () => {
    const held = [...answersTo('active'), ...answersTo('reserved')].map(readHeld);
    const scheduled = answersTo('scheduled').map(readScheduled);
    expect(JSON.stringify([held, scheduled])).not.toContain('tag');
  });

  it('blank what looks like a secret in settings', () => {
    const read = readConf({
      broker_url: 'redis://user:hunter2@host/0',
      my_api_key: 'hunter2',
      nested: { password: 'hunter2', host: 'x' },
    });
    expect(JSON.stringify(read)).not.toContain('hunter2');
    expect(read).toMatchObject({ value: { nested: '{"password":"********","host":"x"}' } });
  });

  it('that are something else are told, and nothing is thrown', () => {
    assert(
      property(anything(), (value) => {
        for (const read of Object.values(readers)) expect(typeof read(value).ok).toBe('boolean');
      }),
      { numRuns: 500 },
    );
    expect(readStats('pong')).toEqual({ ok: false, problem: expect.stringContaining('stats') as string });
  });
});
