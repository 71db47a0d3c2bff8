/** Payloads of events: every captured one is understood, and nothing that is sent can throw. */
import { readdirSync, readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodePayload } from '../../../engine/celery/events/decode-event.ts';
import { EventRing } from '../../../engine/celery/events/event-ring.ts';
import { LossWatch } from '../../../engine/celery/events/loss-watch.ts';

const folder = new URL('../../fixtures/celery/events/', import.meta.url);
const captured = readdirSync(folder)
  .filter((name) => name !== 'lifecycles.json')
  .map((name) => ({ name, ...JSON.parse(readFileSync(new URL(name, folder), 'utf8')) }));

describe('a captured payload', () => {
  it.each(captured)('$name is understood', ({ payload, body }) => {
    const { events, malformedCount } = decodePayload(Buffer.from(payload), 5);
    expect(malformedCount).toBe(0);
    const expected = Array.isArray(body) ? body : [body];
    expect(events.map(({ fields }) => fields)).toEqual(expected);
    expect(events.map(({ sentAtMs }) => sentAtMs)).toEqual(expected.map(({ timestamp }) => timestamp * 1_000));
  });

  it.each(captured)('$name is understood in any other spelling of its envelope', ({ payload, envelope, body }) => {
    const { body: text, ...rest } = envelope;
    const respelled = Buffer.from(JSON.stringify({ ...rest, body: text }));
    const plain = { ...rest, body: JSON.stringify(body), properties: { ...rest.properties, body_encoding: undefined } };
    const expected = decodePayload(Buffer.from(payload), 5);
    expect(decodePayload(respelled, 5)).toEqual(expected);
    expect(decodePayload(Buffer.from(JSON.stringify(plain)), 5)).toEqual(expected);
  });

  it('with the bare NaN of Python is understood', () => {
    const event =
      '{"type": "worker-heartbeat", "hostname": "a@b", "timestamp": 1.5, "load": NaN, "note": "NaN, -Infinity"}';
    const payload = JSON.stringify({ body: event, 'content-type': 'application/json', properties: {} });
    const [heard] = decodePayload(Buffer.from(payload), 1).events;
    expect(heard?.fields).toMatchObject({ load: null, note: 'NaN, -Infinity' });
  });
});

describe('a payload that is no event', () => {
  const payloads = [
    '',
    'x',
    '[]x',
    'null',
    '{}',
    '{"body": "',
    '{"body": ""}',
    '{"body": 5, "content-type": "application/json"}',
  ];
  it.each(payloads)('%j is counted', (payload) => {
    expect(decodePayload(Buffer.from(payload), 1)).toEqual({ events: [], malformedCount: 1 });
  });

  it('of another content type is counted and not parsed', () => {
    const envelope = { ...captured[0].envelope, 'content-type': 'application/x-python-serialize' };
    expect(decodePayload(Buffer.from(JSON.stringify(envelope)), 1)).toEqual({ events: [], malformedCount: 1 });
  });

  it('does not take its good neighbours along', () => {
    const good = { type: 'task-started', hostname: 'a@b', timestamp: 1, clock: 1, uuid: 'u' };
    const body = JSON.stringify([good, { ...good, uuid: 7 }, 'x', { ...good, timestamp: null }]);
    const payload = JSON.stringify({ body, 'content-type': 'application/json', properties: {} });
    const decoded = decodePayload(Buffer.from(payload), 1);
    expect(decoded.events).toHaveLength(1);
    expect(decoded.malformedCount).toBe(3);
  });

  it('never throws, whatever bytes of a real one were changed', () => {
    const change = fc.tuple(fc.nat(), fc.nat(255));
    fc.assert(
      fc.property(
        fc.constantFrom(...captured),
        fc.array(change, { minLength: 1, maxLength: 20 }),
        ({ payload }, changes) => {
          const bytes = Buffer.from(payload);
          for (const [at, byte] of changes) bytes[at % bytes.length] = byte;
          const { events, malformedCount } = decodePayload(bytes, 1);
          expect(events.length + malformedCount).toBeGreaterThan(0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

describe('the ring', () => {
  it('gives back in order what it took', () => {
    const ring = new EventRing(1_000_000);
    const texts = Array.from({ length: 10_000 }, (_, index) => `message ${index}`);
    for (const text of texts) expect(ring.push(Buffer.from(text), 0)).toBe(0);
    expect(texts.map(() => ring.shift()?.payload.toString())).toEqual(texts);
    expect([ring.shift(), ring.length, ring.sizeBytes]).toEqual([undefined, 0, 0]);
  });

  it('stays under its ceiling by giving up the oldest, and says how many', () => {
    const ring = new EventRing(100);
    let dropped = 0;
    for (let index = 0; index < 25; index += 1) dropped += ring.push(Buffer.alloc(10, index), 0);
    expect([dropped, ring.length, ring.sizeBytes]).toEqual([15, 10, 100]);
    expect(ring.shift()?.payload[0]).toBe(15);
  });
});

describe('losses of one worker', () => {
  /** A worker whose every task sends three events; `heard` says which of its tasks' events arrive. */
  function worker(watch: LossWatch) {
    let clock = 0;
    let processed = 0;
    return {
      tasks(number: number, heard = true): void {
        for (let task = 0; task < number; task += 1) {
          processed += 1;
          clock += 3;
          if (heard) for (const type of ['task-received', 'task-started', 'task-succeeded']) watch.sawEvent(type);
        }
      },
      /** Began tasks of a kind that is told to send no events. */
      mute(number: number): void {
        processed += number;
      },
      beat(wasCut = false) {
        clock += 1;
        watch.sawEvent('worker-heartbeat');
        return watch.sawBeat(processed, clock, wasCut);
      },
    };
  }

  it('are none while every event arrives', () => {
    const watch = new LossWatch();
    const { tasks, beat } = worker(watch);
    for (let round = 0; round < 20; round += 1) {
      tasks(round);
      expect(beat()).toBeNull();
    }
    expect(watch.taskEvents).toBe('on');
  });

  it('are all counted and each once, however the worker goes on', () => {
    const watch = new LossWatch();
    const { tasks, beat } = worker(watch);
    tasks(5);
    beat();
    tasks(5);
    beat();
    tasks(10, false);
    expect(beat()).toBeNull();
    tasks(1);
    const told = [beat()];
    for (const number of [3, 0, 0]) {
      tasks(number);
      told.push(beat());
    }
    expect(told.reduce((sum, found) => sum + (found?.starts ?? 0), 0)).toBe(10);
    expect(told.reduce((sum, found) => sum + (found?.eventCount ?? 0), 0)).toBe(30);
    expect(watch.missedStarts).toBe(10);
  });

  it('of an interruption are counted, though nothing at all was heard meanwhile', () => {
    const watch = new LossWatch();
    const { tasks, beat } = worker(watch);
    tasks(5);
    beat();
    tasks(1);
    beat();
    beat();
    tasks(40, false);
    expect(beat(true)).toBeNull();
    expect(beat()).toEqual({ starts: 40, eventCount: 120, wasCut: true });
    expect([beat(), watch.taskEvents]).toEqual([null, 'on']);
  });

  it('are none where tasks are told to send no events, for the clock did not rise', () => {
    const watch = new LossWatch();
    const { tasks, mute, beat } = worker(watch);
    for (let round = 0; round < 6; round += 1) {
      tasks(2);
      mute(4);
      expect(beat()).toBeNull();
    }
  });

  it('are none of a stock worker, whose task events are off', () => {
    const watch = new LossWatch();
    const { mute, beat } = worker(watch);
    for (let round = 0; round < 6; round += 1) {
      mute(3);
      expect(beat()).toBeNull();
    }
    expect(watch.taskEvents).toBe('off');
  });

  it('begin anew when its task events are turned on', () => {
    const watch = new LossWatch();
    const { tasks, mute, beat } = worker(watch);
    for (let round = 0; round < 4; round += 1) {
      mute(3);
      beat();
    }
    for (let round = 0; round < 4; round += 1) {
      tasks(3);
      expect(beat()).toBeNull();
    }
    expect(watch.taskEvents).toBe('on');
  });

  it('begin anew with another process', () => {
    const watch = new LossWatch();
    const first = worker(watch);
    first.tasks(50);
    first.beat();
    first.beat();
    const second = worker(watch);
    second.tasks(1);
    for (let round = 0; round < 4; round += 1) expect(second.beat()).toBeNull();
  });
});
