import { deflateSync } from 'node:zlib';
import { anything, assert, constantFrom, integer, json, property, string, uint8Array } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readBody, readEnvelope } from '../../../../engine/celery/wire/envelope.ts';
import { BrokerNames } from '../../../../engine/celery/wire/names.ts';
import { parsePythonJson } from '../../../../engine/celery/wire/python-json.ts';
import { pythonRepr, readPythonRepr } from '../../../../engine/celery/wire/python-repr.ts';
import { commandOutcome, readReply } from '../../../../engine/celery/wire/reply.ts';
import {
  readTaskArguments,
  readTaskMessage,
  readUnacked,
  taskMessage,
  timeOf,
  unackedPayload,
} from '../../../../engine/celery/wire/task-message.ts';
import { controlFixtures, fixture, messageFixtures } from '../../../support/celery-fixtures.ts';

const names = new BrokerNames({ db: 5 });

describe('answers of real workers', () => {
  const replies = controlFixtures().flatMap(({ file, publish, replies }) =>
    replies.map((reply, index) => [`${file} ${index}`, publish, reply] as const),
  );

  it.each(replies)('are read: %s', (_file, publish, reply) => {
    const read = readReply(reply.payload);
    if (!read.ok) throw new Error(read.problem);
    const [node, value] = Object.entries(reply.body as object)[0] ?? [];
    expect(read.value.ticket).toBe(publish.body.ticket);
    expect(read.value.node).toBe(node);
    // Numbers that JSON does not have are texts in the fixtures.
    expect(JSON.stringify(read.value.value).replaceAll('null', '"?"')).toBe(
      JSON.stringify(value).replaceAll(/"-?Infinity"|"NaN"|null/g, '"?"'),
    );
  });

  it('tell ok from error by the key, whatever the words', () => {
    const outcomes = controlFixtures()
      .filter(({ file }) => file.includes('control/'))
      .map(({ file, replies }) => [
        file.replace(/^.*control\//, ''),
        ...new Set(replies.map(({ body }) => commandOutcome(Object.values(body as object)[0]).outcome)),
      ]);
    expect(outcomes).toContainEqual(['pool_shrink-busy.json', 'error']);
    expect(outcomes).toContainEqual(['heartbeat.json', 'ok']);
    expect(outcomes).toContainEqual(['autoscale-notenabled.json', 'error']);
    expect(outcomes).toContainEqual(['revoke-many.json', 'ok']);
    expect(outcomes.flat()).not.toContain('unclear');
  });
});

describe('tasks as they wait', () => {
  it.each(messageFixtures().map((one) => [one.file, one] as const))(
    'are read: %s',
    (_file, { payload, envelope, body }) => {
      const message = readTaskMessage(payload);
      if (!message.ok) throw new Error(message.problem);
      const headers = envelope['headers'] as Record<string, unknown>;
      expect(message.value).toMatchObject({
        protocol: 2,
        taskId: headers['id'],
        name: headers['task'],
        argsRepr: headers['argsrepr'],
        groupId: headers['group'],
      });
      const read = readTaskArguments(payload);
      if (!read.ok) throw new Error(read.problem);
      const [args, kwargs] = body as [unknown[], object];
      expect(read.value).toMatchObject({ args, kwargs });
      expect(read.value.hasSequel).toBe(/chain-head|chord-header/.test(_file));
    },
  );

  it('know their times', () => {
    const { payload } = fixture('queues/message-eta-expires.json') as { payload: string };
    const read = readTaskMessage(payload);
    if (!read.ok) throw new Error(read.problem);
    expect(read.value.etaMs).toBeGreaterThan(1.7e12);
    expect(read.value.expiresMs).toBeGreaterThan(1.7e12);
    expect(timeOf('2026-11-22T20:54:18.041157')).toBe(timeOf('2026-11-22T20:54:18.041157+00:00'));
    expect(timeOf('2026-11-22T20:54:18+02:00')).toBe(Date.UTC(2026, 10, 22, 18, 54, 18));
    expect([timeOf('soon'), timeOf(Number.NaN), timeOf(null)]).toEqual([null, null, null]);
  });

  it('are read where they were delivered and not acknowledged', () => {
    const { entries } = fixture('queues/unacked.json') as {
      entries: { value: string; decoded: [{ headers: { id: string } }, string, string] }[];
    };
    expect(entries.length).toBeGreaterThan(0);
    for (const { value, decoded } of entries) {
      const read = readUnacked(value);
      if (!read.ok) throw new Error(read.problem);
      expect(read.value).toMatchObject({ exchange: decoded[1], routingKey: decoded[2] });
      expect(read.value.message.taskId).toBe(decoded[0].headers.id);
      expect(readTaskArguments(unackedPayload(value) ?? '').ok).toBe(true);
    }
  });

  it('of the first protocol are read from their body', () => {
    const body = { task: 'old.add', id: 'i', args: [1], kwargs: {}, retries: 2, eta: null, timelimit: [9, 5] };
    const read = readTaskMessage(
      JSON.stringify({ body: JSON.stringify(body), 'content-type': 'application/json', properties: {} }),
    );
    expect(read).toMatchObject({
      ok: true,
      value: { protocol: 1, name: 'old.add', retries: 2, hardLimitS: 9, softLimitS: 5 },
    });
  });

  it('of other serialisers are named and not opened', () => {
    const read = readTaskArguments(
      JSON.stringify({
        body: 'gASVBAAAAA==',
        'content-type': 'application/x-python-serialize',
        headers: { task: 't', id: 'i' },
      }),
    );
    expect(read).toEqual({ ok: false, problem: 'its content type application/x-python-serialize is not read' });
  });

  it('that unpack to more than may be held are refused', () => {
    const { payload } = fixture('queues/message-gzip.json') as { payload: string };
    const envelope = readEnvelope(payload);
    if (!envelope.ok) throw new Error(envelope.problem);
    const bomb = deflateSync(Buffer.alloc(50_000_000)).toString('base64');
    expect(bomb.length).toBeLessThan(100_000);
    expect(readBody({ ...envelope.value, body: bomb })).toEqual({
      ok: false,
      problem: 'its compressed body is damaged or too large',
    });
    expect(readBody({ ...envelope.value, body: 'AAAA'.repeat(2_000_000) })).toEqual({
      ok: false,
      problem: 'its body is too large to be read',
    });
  });

  it('that we build say the same as what Celery built', () => {
    const real = fixture('queues/message-plain.json') as {
      payload: string;
      envelope: Record<string, Record<string, unknown>>;
      body: unknown;
    };
    const headers = real.envelope['headers'] ?? {};
    const properties = real.envelope['properties'] ?? {};
    const built = taskMessage(names, {
      taskId: String(headers['id']),
      name: String(headers['task']),
      args: [1, 2],
      kwargs: {},
      queue: 'parked',
      priority: 0,
      etaMs: null,
      origin: String(headers['origin']),
      deliveryTag: String(properties['delivery_tag']),
    });
    const parsed = JSON.parse(built.payload) as Record<string, unknown>;
    expect({ ...parsed, body: readTaskArguments(built.payload) }).toEqual({
      ...real.envelope,
      properties: { ...properties, reply_to: '' },
      body: readTaskArguments(real.payload),
    });
    expect([built.list, built.member]).toEqual(['parked', 'parked\x06\x16\x06\x16parked']);
  });
});

describe('whatever a broker holds', () => {
  const texts = [
    ...messageFixtures().map(({ payload }) => payload),
    ...controlFixtures().flatMap(({ replies }) => replies.map(({ payload }) => payload)),
    ...(fixture('queues/unacked.json') as { entries: { value: string }[] }).entries.map(({ value }) => value),
  ];
  const readers = [readTaskMessage, readTaskArguments, readUnacked, readReply, readEnvelope];

  it('is either read or told why not: mutated real messages', () => {
    const cut = integer({ min: 0, max: 2_000 });
    assert(
      property(constantFrom(...texts), cut, cut, string(), (text, from, length, patch) => {
        const at = from % (text.length + 1);
        const mutated = text.slice(0, at) + patch + text.slice(at + length);
        for (const read of readers) {
          const result = read(mutated);
          expect(result.ok || result.problem.length > 0).toBe(true);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('is either read or told why not: anything at all', () => {
    assert(
      property(json(), uint8Array(), anything(), (text, bytes, value) => {
        for (const read of readers) {
          expect(typeof read(text).ok).toBe('boolean');
          expect(typeof read(Buffer.from(bytes).toString()).ok).toBe('boolean');
          expect(typeof read(`{"body": "x", "headers": ${text}, "properties": ${text}}`).ok).toBe('boolean');
        }
        expect(['ok', 'error', 'unclear']).toContain(commandOutcome(value).outcome);
      }),
    );
  });
});

describe("Python's own ways of writing", () => {
  it('reads numbers that JSON does not have as null, and leaves texts alone', () => {
    expect(parsePythonJson('{"a": NaN, "b": [-Infinity, "NaN, Infinity"]}')).toEqual({
      a: null,
      b: [null, 'NaN, Infinity'],
    });
    expect(parsePythonJson('{"a": nan}')).toBeUndefined();
  });

  it.each([
    ['(1, 2)', [1, 2]],
    ["('a',)", ['a']],
    ['()', []],
    ["{'tag': 's5', 'deep': [None, True, -1.5e3]}", { tag: 's5', deep: [null, true, -1500] }],
    [String.raw`('it\'s', "a \"b\"", '\x41\u00e9\n')`, ["it's", 'a "b"', 'Aé\n']],
    ['(1)', 1],
  ])('reads the repr %s', (text, value) => {
    expect(readPythonRepr(text)).toEqual(value);
  });

  it.each([
    "('xxxx...",
    '(<object at 0x1>,)',
    '(datetime.date(2026, 1, 1),)',
    '(9007199254740993,)',
    '{1: 2}',
    '[1 2]',
    '(1, 2) + x',
    '(1, ...)',
    '['.repeat(5_000),
    '',
  ])('does not guess at the repr %s', (text) => {
    expect(readPythonRepr(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    assert(
      property(json({ maxDepth: 3 }), (text) => {
        const value = parsePythonJson(text);
        const written = pythonRepr([value], 'tuple');
        const back = readPythonRepr(written);
        if (written.endsWith('...')) expect(back).toBeUndefined();
        else if (back !== undefined) expect(JSON.stringify(back)).toBe(JSON.stringify([value]));
      }),
    );
  });
});

describe('names', () => {
  it('are what real clients used', () => {
    for (const { binding, publish, replyListKey } of controlFixtures()) {
      const db = Number(/^\/(\d+)\./.exec(publish.channel)?.[1]);
      const own = new BrokerNames({ db });
      const id = publish.body.reply_to.routing_key;
      expect(own.controlChannel).toBe(publish.channel);
      expect(own.replyBindings).toBe(binding.SADD[0]);
      expect(own.replyTarget(id)).toEqual({ list: replyListKey, member: binding.SADD[1] });
      expect([own.replyIdOf(replyListKey), own.replyIdOf(binding.SADD[1])]).toEqual([id, id]);
    }
  });

  it('carry the prefix on keys and channels, not inside of members', () => {
    const own = new BrokerNames({ db: 2, keyPrefix: 'app[1]:' });
    expect(own.controlChannel).toBe('app[1]:/2.celery.pidbox');
    expect(own.replyTarget('x')).toEqual({
      list: 'app[1]:x.reply.celery.pidbox',
      member: 'x\x06\x16\x06\x16x.reply.celery.pidbox',
    });
    expect(own.bindingPattern).toBe(String.raw`app\[1\]:_kombu.binding.*`);
    expect(own.exchangeOf('app[1]:_kombu.binding.kpis')).toBe('kpis');
    expect(own.exchangeOf('_kombu.binding.kpis')).toBeNull();
    expect(own.queueList('kpis', 6)).toBe('app[1]:kpis\x06\x166');
  });

  it('put a priority on the largest step that is not above it', () => {
    expect([0, 1, 3, 5, 6, 9].map((priority) => names.stepOf(priority))).toEqual([0, 0, 3, 3, 6, 9]);
    const own = new BrokerNames({ db: 0, separator: ':', prioritySteps: [0, 5] });
    expect(own.queueLists('kpis').map(({ key }) => key)).toEqual(['kpis', 'kpis:5']);
  });

  it('tell the node of a worker that listens', () => {
    const member = '\x06\x16\x06\x16alpha@node1.celery.pidbox';
    expect(names.nodeOf(member)).toBe('alpha@node1');
    expect([names.nodeOf('x'), names.nodeOf('\x06\x16\x06\x16celery')]).toEqual([null, null]);
  });
});
