/** The states of a link, generated from their table. */
import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isUsable, type LinkEvent, type LinkState, linkTransitions } from '../../../engine/redis/link-state.ts';

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
