/** A source made of files that may be replaced while it is open: moves on to the new generation, query by query. */
import type { Clock } from '../base/clock.ts';
import type { QueryOptions, Row, SqlSource, SqlValue, TableDescription } from './source.ts';

export interface FollowedSourceOptions {
  readonly kind: SqlSource['kind'];
  readonly label: string;
  readonly clock: Clock;
  /** A text that differs when the files do. @throws EngineError SOURCE_UNREACHABLE when they are gone */
  readonly probe: () => Promise<string>;
  readonly open: (signature: string) => Promise<SqlSource>;
}

/** The files are looked at no more often than this. */
const probePeriodMs = 250;

interface Generation {
  readonly signature: string;
  /** Rejects for as long as the files stay as they are. */
  readonly source: Promise<SqlSource>;
}

export class FollowedSource implements SqlSource {
  readonly kind: SqlSource['kind'];
  readonly label: string;
  readonly #options: FollowedSourceOptions;
  #generation: Generation | null = null;
  #current: SqlSource | null = null;
  #probing: Promise<string> | null = null;
  #probedAtMs = Number.NEGATIVE_INFINITY;
  #closed = false;

  constructor(options: FollowedSourceOptions) {
    this.kind = options.kind;
    this.label = options.label;
    this.#options = options;
  }

  get demo(): boolean {
    return this.#current?.demo ?? false;
  }

  async query(sql: string, parameters: Readonly<Record<string, SqlValue>>, options: QueryOptions): Promise<Row[]> {
    const source = await this.#newest();
    try {
      return await source.query(sql, parameters, options);
    } catch (error) {
      // The generation was closed between being chosen and being asked: ask the one that came after it.
      if (this.#closed || source === this.#current || !isRetryable(error) || options.signal?.aborted) throw error;
      return (await this.#newest()).query(sql, parameters, options);
    }
  }

  async describe(options: QueryOptions): Promise<TableDescription[]> {
    const source = await this.#newest();
    return source.describe(options);
  }

  async signature(): Promise<string | null> {
    await this.#newest();
    return this.#generation?.signature ?? null;
  }

  async close(): Promise<void> {
    this.#closed = true;
    const source = await this.#generation?.source.catch(() => null);
    await source?.close();
    this.#current = null;
  }

  async #newest(): Promise<SqlSource> {
    const signature = await this.#probe();
    const known = this.#generation;
    if (known?.signature === signature) return known.source;
    const source = this.#options.open(signature);
    this.#generation = { signature, source };
    try {
      const opened = await source;
      const former = this.#current;
      if (this.#closed) await opened.close();
      else this.#current = opened;
      // Queries that run on the former generation end first; its close waits for them.
      if (former && former !== opened) await former.close();
      return opened;
    } catch (error) {
      // What is lost for a while may be tried again with the same files; what is wrong with them stays wrong.
      if (isRetryable(error) && this.#generation?.source === source) this.#generation = known;
      throw error;
    }
  }

  #probe(): Promise<string> {
    const { clock, probe } = this.#options;
    const nowMs = clock.monotonicMs();
    if (this.#probing && nowMs - this.#probedAtMs < probePeriodMs) return this.#probing;
    this.#probedAtMs = nowMs;
    const probing = probe();
    probing.catch(() => {
      this.#probedAtMs = Number.NEGATIVE_INFINITY;
    });
    this.#probing = probing;
    return probing;
  }
}

function isRetryable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'retryable' in error && error.retryable === true;
}
