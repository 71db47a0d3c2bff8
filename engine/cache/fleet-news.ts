/** Takes what is told of entries, by Redis or by other processes, to whoever has to know it in this one. */
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { LayerName } from '../model/freshness.ts';
import type { BusMessage } from './bus.ts';
import type { EntryKey } from './cache.ts';
import { entryKeyOf } from './key.ts';
import type { MemoryTier } from './memory-tier.ts';
import type { Refreshes } from './refreshes.ts';
import type { SharedSync } from './shared-sync.ts';
import type { TagMark } from './tags.ts';
import type { Traces } from './traces.ts';

export interface StoredEntry {
  readonly redisKey: string;
  readonly viewId: string;
  readonly section: string;
  readonly layer: LayerName;
}

interface Events {
  stored: StoredEntry;
  invalidated: readonly TagMark[];
  /** Keys that changed in Redis; null: any may have. */
  changed: readonly string[] | null;
}

export interface FleetNewsOptions {
  /** Names this process in messages; its own tell it nothing new. */
  readonly origin: string;
  readonly memory: MemoryTier;
  readonly traces: Traces;
  readonly refreshes: Refreshes;
  readonly shared: Pick<SharedSync, 'missed' | 'heard' | 'layersSet'>;
  readonly logger: Logger;
}

export class FleetNews {
  readonly #options: FleetNewsOptions;
  readonly #events: Emitter<Events>;

  constructor(options: FleetNewsOptions) {
    this.#options = options;
    this.#events = new Emitter((error) =>
      options.logger.error('A listener to the cache failed', { error: messageOf(error) }),
    );
  }

  on<Name extends keyof Events>(name: Name, listener: (payload: Events[Name]) => void): Stop {
    return this.#events.on(name, listener);
  }

  /** By Redis itself; null: any key may have changed. */
  changed(redisKeys: readonly string[] | null): void {
    const { memory, shared } = this.#options;
    this.#events.emit('changed', redisKeys);
    if (redisKeys === null) shared.missed();
    else for (const redisKey of redisKeys) memory.changed(redisKey);
  }

  /** By a process of the fleet. */
  heard(message: BusMessage): void {
    const { origin, memory, refreshes, shared } = this.#options;
    const own = message.from === origin;
    switch (message.kind) {
      case 'stored':
        memory.changed(message.redisKey, message.id);
        if (!own) this.#storedElsewhere(message.redisKey, message.staleUntilMs ?? null);
        return;
      case 'computing':
        if (!own) refreshes.running(message.redisKey, message.taskId, message.leaseMs);
        return;
      case 'released':
        if (!own) refreshes.ended(message.redisKey, message.failure?.message ?? null);
        return;
      case 'invalidated':
        if (own) return;
        shared.heard(message);
        this.invalidated(message.marks);
        return;
      case 'layers':
        void shared.layersSet();
        return;
    }
  }

  /** Here or elsewhere. @param staleUntilMs until when Redis keeps it; null when that was not told */
  stored({ redisKey, viewId, section, layer }: EntryKey, staleUntilMs: number | null): void {
    if (staleUntilMs !== null) this.#options.traces.seen(redisKey, staleUntilMs);
    this.#events.emit('changed', [redisKey]);
    this.#events.emit('stored', { redisKey, viewId, section, layer });
  }

  invalidated(marks: readonly TagMark[]): void {
    this.#events.emit('invalidated', marks);
  }

  #storedElsewhere(redisKey: string, staleUntilMs: number | null): void {
    this.#options.refreshes.stored(redisKey);
    const key = entryKeyOf(redisKey);
    if (key === null) this.#events.emit('changed', [redisKey]);
    else this.stored(key, staleUntilMs);
  }
}
