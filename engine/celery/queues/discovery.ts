/** Finds queues by the bindings that Celery leaves in its broker; a walk over all keys, so bounded and rare. */
import type { Clock } from '../../base/clock.ts';
import type { RedisLink } from '../../redis/link.ts';
import { scanKeys } from '../../redis/scan.ts';
import { BrokerNames } from '../wire/names.ts';

export interface QueueBinding {
  readonly exchange: string;
  readonly routingKey: string;
}

export interface Discovery {
  readonly queues: ReadonlyMap<string, readonly QueueBinding[]>;
  /** False when the database holds more keys than the walk may look at. */
  readonly complete: boolean;
  /** Commands that the walk took. */
  readonly stepCount: number;
}

const walk = { count: 1_000, maxSteps: 300, pauseMs: 2 };
const mostBindings = 500;

/** @throws EngineError REDIS_* */
export async function discoverQueues(link: RedisLink, names: BrokerNames, clock: Clock): Promise<Discovery> {
  const exchanges = new Set<string>();
  let complete = false;
  let stepCount = 0;
  for await (const step of scanKeys(link, clock, { match: names.bindingPattern, ...walk })) {
    for (const key of step.keys) {
      const exchange = names.exchangeOf(key);
      if (exchange !== null && !names.isInternal(exchange)) exchanges.add(exchange);
    }
    complete = step.complete;
    stepCount += 1;
  }
  const queues = new Map<string, QueueBinding[]>();
  for (const exchange of [...exchanges].slice(0, mostBindings)) {
    const [, members] = await link.command('SSCAN of bindings', (client) =>
      client.sscan(names.binding(exchange), '0', 'COUNT', mostBindings),
    );
    for (const member of members) {
      const binding = names.parseBinding(member);
      if (binding === null) continue;
      const known = queues.get(binding.queue) ?? [];
      known.push({ exchange, routingKey: binding.routingKey });
      queues.set(binding.queue, known);
    }
  }
  return { queues, complete: complete && exchanges.size <= mostBindings, stepCount };
}

/**
 * The prefixes under which workers of Celery announced themselves in this database, the empty one among them.
 * @throws EngineError REDIS_*
 */
export async function discoverPrefixes(link: RedisLink, clock: Clock): Promise<string[]> {
  const plain = new BrokerNames({ db: link.db });
  const prefixes = new Set<string>();
  for await (const { keys } of scanKeys(link, clock, { match: `*${plain.controlBindings}`, ...walk })) {
    for (const key of keys) prefixes.add(key.slice(0, -plain.controlBindings.length));
  }
  return [...prefixes].toSorted();
}
