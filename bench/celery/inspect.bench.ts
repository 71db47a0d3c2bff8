/** Asking real Celery workers: how long answers take beside Python's own command, and what watching costs Redis. */

import { startBroker } from '../../test/support/celery-broker-room.ts';
import { celeryRoom } from '../../test/support/celery-room.ts';
import { until } from '../../test/support/until.ts';
import { atMost, median, quantile, type Row, told } from '../row.ts';

const rounds = 200;
const peerRounds = 3;
const idleMs = 60_000;
const workerCount = 10;

/** Two prefork workers, the connection open, one question after the other. */
export async function inspect(): Promise<Row[]> {
  const broker = await startBroker();
  try {
    const nodes = ['alpha@bench', 'beta@bench'];
    await Promise.all(nodes.map((node) => broker.app.worker({ node })));
    await broker.listening(2);
    const tookMs: number[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const { replies, tookMs: took } = await broker.room.inspector.ask('stats', null, nodes);
      if (replies.length !== 2) throw new Error(`only ${replies.length} of 2 workers answered`);
      tookMs.push(took);
    }
    const peerMs: number[] = [];
    for (let round = 0; round < peerRounds; round += 1) {
      const startMs = performance.now();
      await broker.app.command('inspect', 'stats');
      peerMs.push(performance.now() - startMs);
    }
    const what = { area: 'celery', unit: 'ms' } as const;
    return [
      atMost(15, {
        ...what,
        name: 'inspect stats of 2 workers, p50',
        ours: median(tookMs),
        peer: median(peerMs),
        peerName: 'celery inspect stats',
      }),
      told({ ...what, name: 'inspect stats of 2 workers, p99', ours: quantile(tookMs, 0.99) }),
    ];
  } finally {
    await broker.stop();
  }
}

/** Counted at the server: every command of every connection of ours, those that keep connections alive among them. */
export async function idle(): Promise<Row[]> {
  const broker = await startBroker();
  const room = await celeryRoom(`redis://127.0.0.1:${broker.redis.port}/0`);
  try {
    const nodes = Array.from({ length: workerCount }, (_, index) => `w${index}@bench`);
    for (const node of nodes) await broker.app.worker({ node, pool: 'solo' });
    await until(() => nodes.every((node) => room.verdict(node)?.verdict === 'consuming'), 60_000, 'every verdict');
    // What this bench itself holds open is no part of watching.
    await broker.room.stop();
    await broker.link.close();
    const commands = await commandsOfOurs(room.link, idleMs);
    return [
      atMost(120, {
        area: 'celery',
        name: `Redis commands a minute while watching ${workerCount} idle workers`,
        unit: '/min',
        ours: commands.total - commands.keepAlive,
      }),
      told({ area: 'celery', name: 'and to keep the connections alive', unit: '/min', ours: commands.keepAlive }),
    ];
  } finally {
    await room.stop();
    await broker.stop();
  }
}

type Link = Awaited<ReturnType<typeof celeryRoom>>['link'];

async function commandsOfOurs(link: Link, forMs: number): Promise<{ total: number; keepAlive: number }> {
  const spy = link.duplicate('bench-spy');
  await until(() => spy.status === 'ready');
  const seen: { from: string; name: string }[] = [];
  const monitor = await spy.monitor();
  monitor.on('monitor', (_time: string, args: readonly string[], from: string) => {
    seen.push({ from, name: args[0]?.toLowerCase() ?? '' });
  });
  await new Promise((resolve) => setTimeout(resolve, forMs));
  const clients = await link.command('CLIENT LIST', (client) => client.client('LIST'));
  monitor.disconnect();
  spy.disconnect();
  const ours = new Set(
    String(clients)
      .split('\n')
      .filter((line) => / name=vigia:/.test(line))
      .map((line) => / addr=(\S+)/.exec(line)?.[1] ?? ''),
  );
  const mine = seen.filter(({ from, name }) => ours.has(from) && name !== 'client');
  return { total: mine.length, keepAlive: mine.filter(({ name }) => name === 'ping').length };
}
