/** The states of a link, generated from their table. */
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EngineError } from '../../../engine/base/errors.ts';
import { silentLogger } from '../../../engine/base/logger.ts';
import { LinkCondition } from '../../../engine/redis/link-condition.ts';
import { isUsable, type LinkEvent, type LinkState, linkTransitions } from '../../../engine/redis/link-state.ts';
import { ManualClock } from '../../support/manual-clock.ts';

const states = Object.keys(linkTransitions) as LinkState[];
const events: LinkEvent[] = ['up', 'partly', 'lost', 'failed', 'refused', 'closed'];
const rows = states.flatMap((state) => events.map((event) => [state, event, linkTransitions[state][event]] as const));

/** Said again in another way than the table: what each event means, whatever the state. */
function meaning(state: LinkState, event: LinkEvent): LinkState {
  if (state === 'closed' || event === 'closed') return 'closed';
  if (event === 'up') return 'ready';
  if (event === 'partly') return 'degraded';
  if (event === 'refused' || (event === 'lost' && state === 'refused')) return 'refused';
  return 'unreachable';
}

/** The shortest way into each state. */
const wayTo: Record<LinkState, LinkEvent | null> = {
  connecting: null,
  ready: 'up',
  degraded: 'partly',
  unreachable: 'failed',
  refused: 'refused',
  closed: 'closed',
};

describe('the condition of a link', () => {
  test.each(rows)(
    'that is %s moves, when %s, to %s, and tells it with the time and the problem',
    async (state, event, next) => {
      const clock = new ManualClock();
      const condition = new LinkCondition({ role: 'cache', address: 'a', clock, logger: silentLogger });
      const way = wayTo[state];
      if (way !== null) condition.take(way, null);
      expect(condition.state).toBe(state);
      const sinceMs = condition.sinceMs;
      let told = 0;
      condition.onChange(() => {
        told += 1;
      });
      await clock.advance(1_000);
      const problem = event === 'up' || event === 'closed' ? null : new EngineError('REDIS_UNREACHABLE', 'why');
      condition.take(event, problem);
      expect(condition.state).toBe(next);
      expect(condition.sinceMs).toBe(next === state ? sinceMs : sinceMs + 1_000);
      expect(condition.problem).toBe(event === 'lost' && next === state ? null : problem);
      expect(told).toBe(next !== state || condition.problem !== null ? 1 : 0);
    },
  );

  test('keeps why it was refused when the server then hangs up', () => {
    const condition = new LinkCondition({ role: 'c', address: 'a', clock: new ManualClock(), logger: silentLogger });
    const why = new EngineError('REDIS_AUTH_FAILED', 'WRONGPASS');
    condition.take('refused', why);
    condition.take('lost', new EngineError('REDIS_UNREACHABLE', 'closed'));
    expect([condition.state, condition.problem]).toEqual(['refused', why]);
  });
});

describe('the state of a link', () => {
  test.each(rows)('%s, when %s, becomes %s', (state, event, next) => {
    expect(next).toBe(meaning(state, event));
  });

  test('has no row too few: every state answers every event with a state of the table', () => {
    expect(rows.length).toBe(6 * 6);
    expect(rows.every(([, , next]) => states.includes(next))).toBe(true);
  });

  test('whatever happened, one good answer makes it ready, and closed is for ever', () => {
    assert(
      property(array(constantFrom(...events)), (walk) => {
        const end = walk.reduce<LinkState>((state, event) => linkTransitions[state][event], 'connecting');
        expect(linkTransitions[end].up).toBe(walk.includes('closed') ? 'closed' : 'ready');
        if (!walk.includes('up') && !walk.includes('partly')) expect(isUsable(end)).toBe(false);
      }),
    );
  });
});
