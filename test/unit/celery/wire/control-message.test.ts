import { assert, property, string } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { controlMessage, controlProblem, type WorkerCommand } from '../../../../engine/celery/wire/control-message.ts';
import { BrokerNames } from '../../../../engine/celery/wire/names.ts';
import { controlFixtures } from '../../../support/celery-fixtures.ts';

const names = new BrokerNames({ db: 0 });
/** Commands that were captured and are never sent from here, and messages that are refused. */
const refusedFixtures = [
  'pool_restart',
  'terminate',
  'hello',
  'memsample',
  'nosuchcommand',
  'inspect/badargs.json',
  'inspect/ping-glob.json',
  'control/rate_limit-invalid.json',
];
const address = { destination: ['a@b'], reply: { ticket: 't', replyId: 'r' }, deliveryTag: 'd', expiresAtMs: 1_000 };
const build = (command: unknown, destination: unknown = ['a@b']): string =>
  controlMessage(names, command as WorkerCommand, { ...address, destination: destination as string[] });

describe('messages to workers', () => {
  const fixtures = controlFixtures();
  const isRefused = (file: string, method: string): boolean =>
    refusedFixtures.includes(method) || refusedFixtures.includes(file);

  it.each(
    fixtures
      .filter(({ file, publish }) => !isRefused(file, publish.body.method))
      .map((one) => [one.file, one] as const),
  )('are byte for byte what real workers took: %s', (_file, { publish }) => {
    const envelope = JSON.parse(publish.payload) as {
      headers: { expires: number };
      properties: { delivery_tag: string };
    };
    const { method, arguments: given, destination, ticket, reply_to: replyTo } = publish.body;
    const built = controlMessage(names, { method, arguments: given } as WorkerCommand, {
      destination,
      reply: { ticket, replyId: replyTo.routing_key },
      deliveryTag: envelope.properties.delivery_tag,
      expiresAtMs: envelope.headers.expires * 1_000,
    });
    expect(built).toBe(publish.payload);
    expect(controlProblem(publish.payload)).toBeNull();
  });

  it('covers the fixtures: most are built, the others are refused for a reason', () => {
    const refused = fixtures.filter(({ file, publish }) => isRefused(file, publish.body.method));
    expect(fixtures.length - refused.length).toBeGreaterThan(50);
    for (const { publish, file } of refused.filter(({ file }) => !file.includes('ping-glob'))) {
      expect(() => build({ method: publish.body.method, arguments: publish.body.arguments }), file).toThrow(
        /was not sent/,
      );
    }
  });

  it.each([
    [
      'an unknown exchange type',
      'add_consumer',
      { queue: 'q', exchange: null, exchange_type: 'nope', routing_key: null },
    ],
    [
      'a queue that is no text',
      'add_consumer',
      { queue: 5, exchange: null, exchange_type: 'direct', routing_key: null },
    ],
    ['a queue with a separator in it', 'cancel_consumer', { queue: 'a\x06\x16b' }],
    ['a queue with half a character', 'cancel_consumer', { queue: 'a\ud800' }],
    ['a queue that is no text', 'cancel_consumer', { queue: ['q'] }],
    ['an election', 'election', { id: 'x', topic: 'y' }],
    ['texts as time limits', 'time_limit', { task_name: 't', soft: '5', hard: '9' }],
    ['a soft limit above the hard one', 'time_limit', { task_name: 't', soft: 9, hard: 5 }],
    ['shrinking by nothing, which removes one', 'pool_shrink', { n: 0 }],
    ['shrinking by a part', 'pool_shrink', { n: 1.5 }],
    ['a smallest size above the largest', 'autoscale', { max: 1, min: 2 }],
    ['a pool without a process', 'autoscale', { max: 1, min: 0 }],
    ['a rate that is none', 'rate_limit', { task_name: 't', rate_limit: 'lots' }],
    ['a signal that is none', 'revoke', { task_id: 'x', terminate: true, signal: 'SIGWHAT' }],
    ['arguments that the command does not have', 'ping', { extra: 1 }],
    ['arguments that are an array', 'ping', []],
    ['no arguments', 'ping', null],
    ['a name inherited by every object', 'constructor', {}],
    ['an attribute of a task that nobody needs', 'registered', { taskinfoitems: ['__class__'] }],
  ])('refuses %s', (_what, method, given) => {
    expect(() => build({ method, arguments: given })).toThrow(
      expect.objectContaining({ code: 'CELERY_COMMAND_INVALID' }),
    );
  });

  it.each([['a@b'], [[]], [['']], [[5]], [{}]])('refuses a destination that is no list of names: %j', (destination) => {
    expect(() => build({ method: 'ping', arguments: {} }, destination)).toThrow(/destination/);
  });

  it('never builds a message that would hurt a worker, whatever the names are', () => {
    assert(
      property(string({ unit: 'binary' }), string({ unit: 'binary' }), (queue, node) => {
        let payload: string;
        try {
          payload = build({ method: 'cancel_consumer', arguments: { queue } }, [node]);
        } catch (error) {
          expect(error).toMatchObject({ code: 'CELERY_COMMAND_INVALID' });
          return;
        }
        expect(controlProblem(payload)).toBeNull();
        expect(payload).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  }, 30_000);

  const good = (): Record<string, unknown> =>
    JSON.parse(build({ method: 'ping', arguments: {} })) as Record<string, unknown>;
  const bodyOf = (change: Record<string, unknown>): Record<string, unknown> => {
    const message = good();
    const body = JSON.parse(Buffer.from(String(message['body']), 'base64').toString()) as object;
    return { ...message, body: Buffer.from(JSON.stringify({ ...body, ...change })).toString('base64') };
  };
  // What stopped or deafened real workers, one line each.
  it.each([
    ['an empty object', () => ({})],
    ['an array', () => []],
    ['no properties', () => ({ ...good(), properties: undefined })],
    [
      'no delivery tag',
      () => ({ ...good(), properties: { ...(good()['properties'] as object), delivery_tag: undefined } }),
    ],
    ['no body', () => ({ ...good(), body: undefined })],
    ['a body that is no base64', () => ({ ...good(), body: 'a' })],
    ['no content type', () => ({ ...good(), 'content-type': undefined })],
    ['a body that is an array', () => ({ ...good(), body: Buffer.from('[]').toString('base64') })],
    ['a body that is a text', () => ({ ...good(), body: Buffer.from('"x"').toString('base64') })],
    ['no method', () => bodyOf({ method: undefined })],
    ['an array as arguments', () => bodyOf({ arguments: [] })],
    ['a clock that is no number', () => ({ ...good(), headers: { clock: 'x', expires: 1 } })],
    ['a matcher', () => bodyOf({ matcher: 'unknown' })],
    ['a pattern', () => bodyOf({ pattern: '(' })],
    ['a destination that is a text', () => bodyOf({ destination: 'a@b' })],
    ['a reply without a key', () => bodyOf({ reply_to: { exchange: 'reply.celery.pidbox' } })],
  ])('the last look before the wire finds %s', (_what, message) => {
    expect(controlProblem(JSON.stringify(good()))).toBeNull();
    expect(controlProblem(JSON.stringify(message()))).not.toBeNull();
  });

  it('asks for no answer where nobody will answer', () => {
    const payload = controlMessage(names, { method: 'shutdown', arguments: {} }, { ...address, reply: null });
    const body = JSON.parse(Buffer.from((JSON.parse(payload) as { body: string }).body, 'base64').toString()) as object;
    expect(body).toEqual({ method: 'shutdown', arguments: {}, destination: ['a@b'], pattern: null, matcher: null });
  });
});
