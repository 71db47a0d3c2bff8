/** Redis in depth on a test's own servers: the real wiring over a real store, asked through the contract's schemas. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { z } from 'zod';
import { redisVerbs } from '../../engine/api/redis-verbs.ts';
import { type Clock, systemClock } from '../../engine/base/clock.ts';
import { EngineError } from '../../engine/base/errors.ts';
import { systemIds } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { RedisLink } from '../../engine/redis/link.ts';
import { OperateGate } from '../../engine/redis/operate-gate.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import type { Connections } from '../../engine/wiring/connections.ts';
import { type WatchedRedis, watchRedis } from '../../engine/wiring/redis.ts';
import { redisCalls } from '../../src/shared/calls/redis.ts';

type Calls = typeof redisCalls;
type Name = keyof Calls;

export interface RedisRoom {
  readonly link: RedisLink;
  readonly store: Store;
  readonly redis: WatchedRedis;
  readonly gate: OperateGate;
  /** Parses what goes in and what comes out, as the dispatcher does. */
  call<Asked extends Name>(
    name: Asked,
    input: z.input<Calls[Asked]['input']>,
  ): Promise<z.output<Calls[Asked]['output']>>;
  close(): Promise<void>;
}

export const connectionId = 'test';

export async function openRedisRoom(
  url: string,
  options: { clock?: Clock; mode?: 'observe' | 'operate'; folder?: string } = {},
): Promise<RedisRoom> {
  const clock = options.clock ?? systemClock;
  const folder = options.folder ?? mkdtempSync(join(tmpdir(), 'vigia-redis-room-'));
  const byDefault = options.mode ?? 'operate';
  const gate = new OperateGate({ title: 'the test server', byDefault, clock: systemClock, onChange: () => undefined });
  const link = new RedisLink({
    ...{ role: connectionId, purpose: 'watch', url, access: gate },
    ...{ clock: systemClock, random: Math.random, logger: silentLogger },
  });
  await link.whenReady(10_000);
  const store = await openStore({ file: join(folder, 'vigia.db'), clock, ids: systemIds, logger: silentLogger });
  const connections = {
    ids: () => [connectionId],
    of: (id: string) => {
      if (id === connectionId) return link;
      throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${id}"`);
    },
    onChange: () => () => undefined,
  } satisfies Partial<Connections>;
  const foundation = { clock, ids: systemIds, random: Math.random, logger: silentLogger };
  const redis = watchRedis({ connections, store }, foundation);
  const handlers = redisVerbs({ redis: redis.ops }) as unknown as Record<Name, (input: unknown) => Promise<unknown>>;
  return {
    ...{ link, store, redis, gate },
    async call<Asked extends Name>(name: Asked, input: z.input<Calls[Asked]['input']>) {
      const { input: wanted, output } = redisCalls[name];
      const answer = await handlers[name](wanted.parse(input));
      return output.parse(JSON.parse(JSON.stringify(answer))) as z.output<Calls[Asked]['output']>;
    },
    async close() {
      await redis.stop();
      await link.close();
      gate.close();
      store.close();
      if (options.folder === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
}
