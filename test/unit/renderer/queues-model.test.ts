/** What stands in the address of the Queues page, and what is asked of the engine because of it. */
import { describe, expect, it } from 'vitest';
import {
  askedQueues,
  filterOf,
  inOrder,
  queueKey,
  queueOfKey,
  searchOf,
} from '../../../src/renderer/pages/queues/queues-model.ts';
import type { Address } from '../../../src/renderer/state/address.ts';
import { queuesScript } from '../../support/console-queues.ts';

function address(query: string): Address {
  const parameters = new URLSearchParams(query);
  return {
    text: (name) => parameters.get(name) ?? '',
    list: (name) => parameters.getAll(name),
    set: () => undefined,
  };
}

describe('a queue in the address', () => {
  it('comes back whole whatever its name holds', () => {
    const id = { connectionId: 'a/b', prefix: '{vigia}', name: 'mail %2F & more:é' };
    expect(queueOfKey(queueKey(id))).toEqual(id);
  });

  it('is nothing when it was mangled', () => {
    expect(['', 'a/b', 'a//c', 'a/b/c/d'].map(queueOfKey)).toEqual([null, null, null, null]);
  });
});

describe('a search', () => {
  it('is of failed jobs unless the address says otherwise', () => {
    expect(searchOf(address('')).states).toEqual(['failed']);
    expect(searchOf(address('state=delayed&state=nonsense')).states).toEqual(['delayed']);
  });

  it('looks for a value at a path, or for the path alone', () => {
    const filter = (text: string) => filterOf(searchOf(address(new URLSearchParams({ by: 'data', text }).toString())));
    expect(filter('customer.id = 12')).toEqual({ data: { path: 'customer.id', equals: '12' } });
    expect(filter('note=a=b')).toEqual({ data: { path: 'note', equals: 'a=b' } });
    expect(filter('customer.id')).toEqual({ data: { path: 'customer.id' } });
    expect(filter('  ')).toEqual({});
  });

  it('asks the queues of one connection, the first one’s when none is chosen', () => {
    const { queues } = queuesScript(0);
    const [first, ...rest] = queues;
    if (!first) throw new Error('The script has no queue');
    const elsewhere = { ...first, id: { ...first.id, connectionId: 'cache' } };
    const asked = askedQueues(searchOf(address('')), [first, elsewhere, ...rest]);
    expect(asked.map(({ connectionId }) => connectionId)).toEqual(['broker', 'broker', 'broker']);
    const chosen = askedQueues(searchOf(address(`queue=${encodeURIComponent(queueKey(elsewhere.id))}`)), queues);
    expect(chosen).toEqual([elsewhere.id]);
  });
});

it('queues that somebody should look at come first, then the fullest', () => {
  const { queues } = queuesScript(0);
  const [quiet] = queues;
  if (!quiet?.counts) throw new Error('The script has no queue');
  const full = { ...quiet, id: { ...quiet.id, name: 'full' }, counts: { ...quiet.counts, waiting: 5 } };
  expect(inOrder([quiet, full, ...queues.slice(1)]).map(({ id }) => id.name)).toEqual([
    'mail',
    'full',
    'kpis',
    'reports',
  ]);
});
