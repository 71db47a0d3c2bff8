/** A room on a private broker with real workers behind it, as the wiring makes it. */
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import { BrokerRoom, type BrokerRoomOptions } from '../../engine/celery/broker-room.ts';
import { RedisLink } from '../../engine/redis/link.ts';
import { type CeleryApp, type CeleryAppOptions, createCeleryApp } from './celery.ts';
import { startRedis, type TestRedis } from './redis-server.ts';
import { until } from './until.ts';

const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger };

export interface TestBroker {
  readonly redis: TestRedis;
  readonly app: CeleryApp;
  readonly link: RedisLink;
  readonly room: BrokerRoom;
  /** Resolves when so many workers listen for control. */
  listening(count: number): Promise<void>;
  stop(): Promise<void>;
}

export interface TestBrokerOptions {
  readonly db?: number;
  readonly redisArgs?: readonly string[];
  readonly settings?: CeleryAppOptions['settings'];
  readonly room?: Partial<BrokerRoomOptions>;
}

export async function startBroker(options: TestBrokerOptions = {}): Promise<TestBroker> {
  const redis = await startRedis({ tcp: true, args: options.redisArgs ?? [] });
  const broker = `redis://127.0.0.1:${redis.port}/${options.db ?? 0}`;
  const app = await createCeleryApp({ broker, settings: options.settings ?? {} });
  const link = new RedisLink({ role: 'broker', access: 'own', url: broker, ...foundation });
  await link.whenReady(5_000);
  const room = new BrokerRoom({
    brokerId: 'broker',
    link,
    heartbeating: () => null,
    sentAtMs: async () => null,
    callOf: async () => null,
    requireOperate: () => undefined,
    onChanged: () => undefined,
    ...foundation,
    ...options.room,
  });
  return {
    redis,
    app,
    link,
    room,
    async listening(count) {
      const ping = { command: { method: 'ping', arguments: {} }, destination: null } as const;
      const listen = async (): Promise<boolean> => (await room.messenger.ask(ping)).replies.length >= count;
      await until(listen, 20_000, `${count} workers to listen`);
    },
    async stop() {
      await room.stop();
      await link.close();
      await app.stop();
      await redis.stop();
    },
  };
}
