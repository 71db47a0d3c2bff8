/** The state machine against its own table, and what must hold for any sequence of readings. */
import { array, assert, constantFrom, integer, nat, property, record } from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type Guard,
  initialState,
  kindOf,
  lostAfterMs,
  type Reading,
  restMs,
  step,
  transitionTable,
  withoutUnseen,
} from '../../../engine/alerts/state-machine.ts';
import { type AlertRule, type AlertState, alertRuleSchema, alertStateSchema } from '../../../engine/model/alert.ts';
import type { ReadingKind, StoredAlertState } from '../../../engine/store/alert-store.ts';

const minute = 60_000;
const rule: AlertRule = alertRuleSchema.parse({
  id: 'r',
  missingForMs: minute,
  title: 'Response time over 2 s',
  signal: 'response.p95_ms',
  comparison: 'above',
  threshold: 2_000,
  clearThreshold: 1_600,
  windowMs: 5 * minute,
  minimumCount: 20,
  forMs: 2 * minute,
  keepFiringForMs: minute,
  severity: 'warning',
});
const kinds: readonly ReadingKind[] = ['bad', 'between', 'good', 'missing', 'broken'];
const readings: Readonly<Record<ReadingKind, Reading>> = {
  bad: { outcome: 'value', value: 2_500, observationCount: 30 },
  between: { outcome: 'value', value: 1_800, observationCount: 30 },
  good: { outcome: 'value', value: 900, observationCount: 30 },
  missing: { outcome: 'missing', observationCount: 3 },
  broken: { outcome: 'broken', problem: 'disk' },
};
const now = 1_000_000_000;

/** A status in which exactly the named guards hold for this kind. */
function statusWith(state: AlertState, kind: ReadingKind, holding: ReadonlySet<Guard>): StoredAlertState {
  const long = Math.max(lostAfterMs, restMs, rule.windowMs, rule.forMs, rule.keepFiringForMs);
  const sameKind = ['held', 'kept', 'lost', 'absent'].some((guard) => holding.has(guard as Guard));
  return {
    ...initialState(rule.id, now),
    state,
    kind,
    kindSinceMs: sameKind ? now - long : now,
    sinceMs: holding.has('rested') ? now - restMs : now - 1,
  };
}

it('has nothing against what does not exist, whatever the rule asks', () => {
  for (const onMissing of ['noData', 'fire', 'resolve'] as const) {
    expect(kindOf({ ...rule, onMissing }, { outcome: 'absent', observationCount: 30 })).toBe('good');
  }
});

describe('every cell of the table', () => {
  for (const from of alertStateSchema.options) {
    for (const kind of kinds) {
      for (const holding of [new Set<Guard>(), new Set<Guard>(['held', 'kept', 'lost', 'absent', 'rested'])]) {
        const row = transitionTable.find(
          (candidate) =>
            candidate.from === from &&
            candidate.on === kind &&
            (candidate.when === 'always' || holding.has(candidate.when)),
        );
        const to = row?.to ?? from;
        const when = holding.size === 0 ? 'at first' : 'after long enough';
        it(`${from}, ${kind} ${when}: ${to === from ? 'stays' : `becomes ${to}`}`, () => {
          const after = step(rule, statusWith(from, kind, holding), readings[kind], now);
          expect(after.state).toBe(to);
          if (row) expect(after.sinceMs).toBe(now);
        });
      }
    }
  }

  it('never names a row that an earlier row hides', () => {
    for (const [index, row] of transitionTable.entries()) {
      const hiding = transitionTable
        .slice(0, index)
        .find((other) => other.from === row.from && other.on === row.on && other.when === 'always');
      expect(hiding).toBeUndefined();
    }
  });
});

describe('thresholds', () => {
  it('judges "above" strictly past the threshold and good at the clear threshold', () => {
    const kindAt = (value: number) => kindOf(rule, { outcome: 'value', value, observationCount: 30 });
    expect([2_000, 2_000.1, 1_600, 1_600.1].map(kindAt)).toEqual(['between', 'bad', 'good', 'between']);
  });

  it('judges "below" strictly past the threshold and good at the clear threshold', () => {
    const below: AlertRule = { ...rule, comparison: 'below', threshold: 0.8, clearThreshold: 0.85 };
    const kindAt = (value: number) => kindOf(below, { outcome: 'value', value, observationCount: 30 });
    expect([0.79, 0.8, 0.84, 0.85].map(kindAt)).toEqual(['bad', 'between', 'between', 'good']);
  });
});

const readingKind = constantFrom(...kinds);
const sequence = array(record({ kind: readingKind, afterMs: integer({ min: 1_000, max: 90_000 }) }), {
  minLength: 1,
  maxLength: 60,
});

function play(steps: readonly { kind: ReadingKind; afterMs: number }[]): { at: number; status: StoredAlertState }[] {
  let at = now;
  let status = initialState(rule.id, now);
  return steps.map(({ kind, afterMs }) => {
    at += afterMs;
    status = step(rule, status, readings[kind], at);
    return { at, status };
  });
}

describe('any sequence of readings', () => {
  it('fires only after the condition held without a break for forMs', () => {
    assert(
      property(sequence, (steps) => {
        const played = play(steps);
        for (const [index, { at, status }] of played.entries()) {
          if (status.state !== 'firing' || status.sinceMs !== at) continue;
          const run = played.slice(0, index + 1).toReversed();
          const notBad = run.findIndex((_, back) => steps[index - back]?.kind !== 'bad');
          const first = run[(notBad === -1 ? run.length : notBad) - 1];
          expect(at - (first?.at ?? at)).toBeGreaterThanOrEqual(rule.forMs);
        }
      }),
    );
  });

  it('never resolves without good readings for keepFiringForMs', () => {
    assert(
      property(sequence, (steps) => {
        for (const [index, { at, status }] of play(steps).entries()) {
          if (status.state === 'resolved' && status.sinceMs === at) {
            expect(steps[index]?.kind).toBe('good');
            expect(at - status.kindSinceMs).toBeGreaterThanOrEqual(rule.keepFiringForMs);
          }
        }
      }),
    );
  });

  it('gives the same when it is cut anywhere and goes on from what was stored', () => {
    assert(
      property(sequence, nat(), (steps, cut) => {
        const whole = play(steps).at(-1)?.status;
        let at = now;
        let status = initialState(rule.id, now);
        for (const [index, { kind, afterMs }] of steps.entries()) {
          if (index === cut % steps.length) status = JSON.parse(JSON.stringify(status)) as StoredAlertState;
          at += afterMs;
          status = step(rule, withoutUnseen(status, 0), readings[kind], at);
        }
        expect(status).toEqual(whole);
      }),
    );
  });
});

describe('time in which nobody looked', () => {
  it('does not count towards forMs', () => {
    const pending = { ...step(rule, initialState(rule.id, now), readings.bad, now + minute), seenAtMs: now + minute };
    const wake = now + 121 * minute;
    const after = step(rule, withoutUnseen(pending, wake), readings.bad, wake + 1_000);
    expect(pending.state).toBe('pending');
    expect(after.state).toBe('pending');
    expect(after.kindSinceMs).toBe(wake);
  });

  it('changes nothing when there was none', () => {
    const status = initialState(rule.id, now);
    expect(withoutUnseen(status, now - 5_000)).toEqual(status);
  });

  it('is never negative when the clock is set back', () => {
    const pending = step(rule, initialState(rule.id, now), readings.bad, now);
    const after = step(rule, pending, readings.bad, now - 3_600_000);
    expect(after.state).toBe('pending');
    expect(after.kindSinceMs).toBe(now - 3_600_000);
  });
});
