/** Writes down what stands around the values, and knows since when each part of it cannot be reached, over restarts. */
import { z } from 'zod';
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { Reach, Surroundings } from '../model/review.ts';
import type { SettingStore } from '../store/setting-store.ts';
import type { SurroundingsStore } from '../store/surroundings-store.ts';
import type { SurroundingsPort } from './ports.ts';

export interface ReachWatchOptions {
  readonly port: SurroundingsPort;
  readonly surroundings: SurroundingsStore;
  readonly settings: SettingStore;
  readonly clock: Clock;
  readonly logger: Logger;
}

const periodMs = 30_000;
const settingKey = 'review.last-reached';
const lastReachedSchema = z.partialRecord(z.enum(['cache', 'broker', 'source']), z.number());

export class ReachWatch {
  readonly #options: ReachWatchOptions;
  readonly #lastReached: z.infer<typeof lastReachedSchema>;
  #source: { reachable: boolean; sinceMs: number } | null = null;

  constructor(options: ReachWatchOptions) {
    this.#options = options;
    this.#lastReached = readLast(options.settings);
  }

  /** Looks now and every half minute. */
  start(): Stop {
    void this.look();
    return this.#options.clock.every(periodMs, () => void this.look());
  }

  /** Never rejects: what could not be written down is said in the log. */
  async look(): Promise<void> {
    const { port, surroundings, settings, clock, logger } = this.#options;
    try {
      const workers = await port.workers();
      const atMs = clock.now();
      for (const { id, reachable } of this.view().parts) if (reachable) this.#lastReached[id] = atMs;
      settings.set(settingKey, JSON.stringify(this.#lastReached));
      surroundings.see(contentOf(port, workers), atMs, atMs - 2.5 * periodMs);
    } catch (error) {
      logger.warn('What stands around the values could not be written down', { error: messageOf(error) });
    }
  }

  view(): Reach {
    const { port, clock } = this.#options;
    const atMs = clock.now();
    const { label, reachable, problem } = port.source();
    if (this.#source?.reachable !== reachable) this.#source = { reachable, sinceMs: atMs };
    const links = port.links().map(({ role, address, state, sinceMs, problem: why }) => {
      const isReady = state === 'ready' || state === 'degraded';
      return { id: role, address, reachable: isReady, sinceMs, problem: why, ...this.#last(role, isReady, atMs) };
    });
    const { sinceMs } = this.#source;
    const source = { id: 'source' as const, address: label, reachable, sinceMs, problem };
    return { atMs, parts: [...links, { ...source, ...this.#last('source', reachable, atMs) }] };
  }

  #last(
    id: keyof z.infer<typeof lastReachedSchema>,
    isReachable: boolean,
    atMs: number,
  ): { lastReachedAtMs: number | null } {
    return { lastReachedAtMs: isReachable ? atMs : (this.#lastReached[id] ?? null) };
  }
}

/** In one order, so that the same is the same. */
function contentOf(port: SurroundingsPort, workers: Surroundings['workers']): Surroundings {
  const { rowCount: _counted, ...source } = port.source();
  return {
    links: port.links().map(({ sinceMs: _since, ...link }) => link),
    source,
    workers: workers.toSorted((a, b) => (a.workerId < b.workerId ? -1 : 1)),
  };
}

function readLast(settings: SettingStore): z.infer<typeof lastReachedSchema> {
  const text = settings.get(settingKey);
  if (text === null) return {};
  const parsed = lastReachedSchema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : {};
}
