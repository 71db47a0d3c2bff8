/** Everything that watches Celery, on a private broker and a private store, as the engine wires it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../engine/base/clock.ts';
import { systemIds, systemRandom } from '../../engine/base/ids.ts';
import { silentLogger } from '../../engine/base/logger.ts';
import type { CeleryWorkerVerdict } from '../../engine/model/celery-verdict.ts';
import { RedisLink } from '../../engine/redis/link.ts';
import { openStore, type Store } from '../../engine/store/store.ts';
import { type CeleryEvents, openCeleryEvents } from '../../engine/wiring/celery-events.ts';
import { until } from './until.ts';

const foundation = { clock: systemClock, ids: systemIds, random: systemRandom, logger: silentLogger };

export interface CeleryRoom extends CeleryEvents {
  readonly link: RedisLink;
  /** Null before it was heard. */
  verdict(node: string): CeleryWorkerVerdict | null;
  /** Resolves when the worker is judged so. Fails with what it was judged instead. */
  untilVerdict(
    node: string,
    wanted: (verdict: CeleryWorkerVerdict) => boolean,
    timeoutMs: number,
  ): Promise<CeleryWorkerVerdict>;
}

/** @param given kept open by its owner; without one the room has a store of its own */
export async function celeryRoom(brokerUrl: string, given: Store | null = null): Promise<CeleryRoom> {
  const folder = mkdtempSync(join(tmpdir(), 'vigia-celery-'));
  const store = given ?? (await openStore({ file: join(folder, 'vigia.db'), ...foundation }));
  const link = new RedisLink({ role: 'broker', url: brokerUrl, access: 'own', ...foundation });
  await link.whenReady(5_000);
  const settings = { brokerUrl, resultBackendUrl: null };
  const events = openCeleryEvents({ settings, broker: link, connections: onlyTheBroker(link), store }, foundation);
  await until(() => events.eventsState().every(({ listening }) => listening), 5_000, 'the subscription');
  const verdict = (node: string): CeleryWorkerVerdict | null =>
    events.verdicts().find((one) => one.node === node) ?? null;
  return {
    ...events,
    link,
    verdict,
    async untilVerdict(node, wanted, timeoutMs) {
      const holds = (): boolean => {
        const now = verdict(node);
        return now !== null && wanted(now);
      };
      try {
        await until(holds, timeoutMs);
      } catch {
        throw new Error(`${node} is judged ${JSON.stringify(verdict(node))}`);
      }
      return verdict(node) ?? fail(node);
    },
    async stop() {
      await events.stop();
      await link.close();
      if (given === null) store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function fail(node: string): never {
  throw new Error(`${node} was never heard`);
}

/** The registry of an engine without further connections. */
function onlyTheBroker(link: RedisLink): Parameters<typeof openCeleryEvents>[0]['connections'] {
  return {
    list: () => [{ id: 'broker', purposes: ['celery'] }],
    of: () => link,
    onChange: () => () => undefined,
  };
}
