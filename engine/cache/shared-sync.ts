/**
 * Keeps this process's knowledge of what the fleet shares in step with Redis, and says when it may be relied on:
 * while messages are heard and everything before the first of them was read.
 */
import type { Clock, Stop } from '../base/clock.ts';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { type InvalidatedMessage, messageText, parseMessage } from './bus.ts';
import type { LayerChange } from './shared-layers.ts';
import type { SharedState } from './shared-state.ts';
import type { TagMarks } from './tag-marks.ts';
import type { InvalidationMode, Stamp, TagMark } from './tags.ts';

export interface SharedSyncOptions {
  readonly state: SharedState;
  readonly marks: TagMarks;
  readonly clock: Clock;
  readonly logger: Logger;
  /** From now on nothing that Redis knows is unknown here for longer than a message takes, or no longer so. */
  readonly onTrusted: (trusted: boolean) => void;
  /** As written in Redis; null when nobody set layers at run time. */
  readonly onLayers: (layers: string | null) => void;
}

/** Also keeps the hash from being what an LRU policy evicts next. */
const checkMs = 2_000;
/** Without messages what was read of Redis is believed for so long. */
const believedMs = 25;
const retryMs = 200;

export class SharedSync {
  readonly #options: SharedSyncOptions;
  readonly #stopChecking: Stop;
  /** Counts every time that messages may have been missed. */
  #period = 0;
  /** Counts changes of layers, so that a reading from before one does not undo it. */
  #layersSet = 0;
  /** The change up to which layers were read. */
  #layersTold = 0;
  #listening = false;
  #trusted = false;
  #loadedAtMs = Number.NEGATIVE_INFINITY;
  #loading: { readonly period: number; readonly done: Promise<void> } | null = null;
  #disarm: Stop = () => undefined;

  constructor(options: SharedSyncOptions) {
    this.#options = options;
    this.#stopChecking = options.clock.every(checkMs, () => void this.#check());
  }

  /** Messages are heard from now on, or no longer. */
  listening(listening: boolean): void {
    this.#listening = listening;
    this.#missed();
  }

  /** Anything may have changed although messages are heard: the database was flushed. */
  missed(): void {
    if (this.#listening) this.#missed();
  }

  /** Null when nothing can be unknown here; else resolves once Redis was asked. @throws EngineError REDIS_* */
  known(): Promise<void> | null {
    if (this.#trusted) return null;
    const { clock } = this.#options;
    return clock.monotonicMs() - this.#loadedAtMs < believedMs ? null : this.#load();
  }

  /** Where the sequence stands for a computation that begins now; an earlier one when Redis cannot be asked. */
  async stamp(): Promise<Stamp> {
    const { state, marks, logger } = this.#options;
    try {
      const stamp = await state.stamp();
      await this.#compare(stamp);
      return stamp;
    } catch (error) {
      logger.debug('The sequence of invalidations could not be read', { error: messageOf(error) });
      return marks.stamp;
    }
  }

  /** @throws EngineError REDIS_* */
  async invalidate(tags: readonly string[], mode: InvalidationMode, reason: string): Promise<TagMark[]> {
    const message = parseMessage(await this.#options.state.invalidate(tags, mode, reason));
    if (message?.kind !== 'invalidated') return [];
    // A process that has only just started has not read anything yet.
    if (!this.#options.marks.heard(message.epoch, message.marks)) await this.#load();
    return message.marks;
  }

  /** For every process of the fleet, those that start later included; answers as {@link SharedState.setLayers}. @throws EngineError REDIS_* */
  async setLayers(changes: readonly LayerChange[], origin: string): Promise<(number | null)[]> {
    const times = await this.#options.state.setLayers(changes, messageText({ kind: 'layers', from: origin }));
    await this.layersSet();
    return times;
  }

  /** @throws EngineError REDIS_* */
  prune(olderThanMs: number): Promise<number> {
    return this.#options.state.prune(olderThanMs);
  }

  heard({ epoch, marks }: InvalidatedMessage): void {
    if (!this.#options.marks.heard(epoch, marks)) this.missed();
  }

  /** Layers were set somewhere: what is being read now may be from before. */
  async layersSet(): Promise<void> {
    this.#layersSet += 1;
    const change = this.#layersSet;
    while (this.#layersTold < change && (await this.#reload()));
  }

  /** Answers whether Redis told. */
  async #reload(): Promise<boolean> {
    try {
      await this.#load();
      return true;
    } catch (error) {
      this.#options.logger.debug('What the fleet shares could not be read', { error: messageOf(error) });
      return false;
    }
  }

  close(): void {
    this.#stopChecking();
    this.#listening = false;
    this.#missed();
  }

  #missed(): void {
    this.#period += 1;
    this.#disarm();
    if (this.#trusted) this.#options.onTrusted(false);
    this.#trusted = false;
    if (this.#listening) void this.#relearn(this.#period);
  }

  async #relearn(period: number): Promise<void> {
    await this.#reload();
    if (period !== this.#period || this.#trusted) return;
    this.#disarm = this.#options.clock.after(retryMs, () => void this.#relearn(period));
  }

  #load(): Promise<void> {
    if (this.#loading?.period === this.#period) return this.#loading.done;
    const loading = { period: this.#period, done: this.#read(this.#period) };
    this.#loading = loading;
    loading.done
      .finally(() => {
        if (this.#loading === loading) this.#loading = null;
      })
      .catch(() => undefined);
    return loading.done;
  }

  async #read(period: number): Promise<void> {
    const { state, marks, clock, onTrusted, onLayers } = this.#options;
    const startedAtMs = clock.monotonicMs();
    const layersSet = this.#layersSet;
    const contents = await state.load();
    marks.replace(contents.stamp.epoch, contents.stamp.seq, contents.marks);
    if (layersSet === this.#layersSet) {
      onLayers(contents.layers);
      this.#layersTold = layersSet;
    }
    this.#loadedAtMs = startedAtMs;
    if (period !== this.#period || !this.#listening || this.#trusted) return;
    this.#trusted = true;
    onTrusted(true);
  }

  async #check(): Promise<void> {
    if (!this.#trusted) return;
    try {
      await this.#compare(await this.#options.state.stamp());
    } catch (error) {
      this.#options.logger.debug('The tags could not be checked', { error: messageOf(error) });
    }
  }

  /** A sequence that is further than what was told here, or that began anew, is read again. */
  async #compare({ epoch, seq }: Stamp): Promise<void> {
    const here = this.#options.marks.stamp;
    if (epoch !== here.epoch || seq > here.seq) await this.#load();
  }
}
