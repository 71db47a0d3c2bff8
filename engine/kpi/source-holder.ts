/** Keeps the pack's source open: opens it on first use, watches each query, and opens it again after it was lost. */
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { SourceInfo } from '../model/dashboard.ts';
import type { TimedQuery } from '../model/source-query.ts';
import type { SqlSource } from '../sources/source.ts';
import type { KpiPack } from './pack.ts';

export interface SourceHolderOptions {
  /** @throws EngineError SOURCE_* */
  readonly open: () => Promise<SqlSource>;
  readonly pack: KpiPack;
  /** What to say of the source while it has never been opened. */
  readonly expected: Pick<SourceInfo, 'kind' | 'label' | 'demo'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Told of each query that was answered, or not in its time. */
  readonly onQuery?: (query: TimedQuery) => void;
  /** Called when the source opens, goes, or comes back. */
  readonly onChange?: () => void;
}

const probeDeadlineMs = 5_000;
/** After a failed opening the same error is answered for this long, so that no reader waits for the next attempt. */
const retryAfterMs = 2_000;

export class SourceHolder {
  readonly #options: SourceHolderOptions;
  #source: SqlSource | null = null;
  #opening: Promise<SqlSource> | null = null;
  #failedAtMs = Number.NEGATIVE_INFINITY;
  #failure: EngineError | null = null;
  #rowCount: number | null = null;
  #lost: readonly { id: string; reason: string }[] = [];
  #closed = false;

  constructor(options: SourceHolderOptions) {
    this.#options = options;
  }

  /** KPIs that this source cannot give, with the column that each lacks. */
  get lost(): readonly { id: string; reason: string }[] {
    return this.#lost;
  }

  info(): SourceInfo {
    const { kind, label, demo } = this.#source ?? this.#options.expected;
    return {
      kind,
      label,
      demo,
      rowCount: this.#rowCount,
      // Until the first attempt nothing speaks against it.
      reachable: this.#failure === null,
      problem: this.#failure?.message ?? null,
    };
  }

  /** @throws EngineError SOURCE_* */
  get = async (): Promise<SqlSource> => {
    if (this.#source) return this.#source;
    const { clock } = this.#options;
    if (this.#failure && clock.monotonicMs() - this.#failedAtMs < retryAfterMs) throw this.#failure;
    this.#opening ??= this.#open().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  };

  /** Asks the source for its row count, so that a source that went or came back is seen without a reader. */
  async probe(): Promise<void> {
    try {
      const source = await this.get();
      this.#rowCount = await this.#countRows(source);
    } catch (error) {
      this.#options.logger.debug('The source could not be probed', { error: messageOf(error) });
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#opening?.catch(() => undefined);
    await this.#source?.close();
    this.#source = null;
  }

  async #open(): Promise<SqlSource> {
    const { open, pack } = this.#options;
    let source: SqlSource | null = null;
    try {
      if (this.#closed) throw new EngineError('ENGINE_STOPPED', 'The source is closed');
      source = await open();
      this.#lost = await pack.checkSource(source, probeDeadlineMs);
      this.#rowCount = await this.#countRows(source);
      this.#source = this.#observed(source);
      this.#failure = null;
      this.#options.onChange?.();
      return this.#source;
    } catch (error) {
      await source?.close();
      throw this.#fail(error);
    }
  }

  /** The same source, its queries timed and its failures noticed. */
  #observed(source: SqlSource): SqlSource {
    const { clock, onQuery } = this.#options;
    const query: SqlSource['query'] = async (sql, parameters, options) => {
      const startMs = clock.monotonicMs();
      try {
        const rows = await source.query(sql, parameters, options);
        this.#succeed();
        onQuery?.({ sql, parameters, durationMs: clock.monotonicMs() - startMs });
        return rows;
      } catch (error) {
        // One that a lost source refused at once would pass for a quick one.
        if (isOverdue(error)) onQuery?.({ sql, parameters, durationMs: clock.monotonicMs() - startMs });
        throw isLoss(error) ? this.#fail(error) : error;
      }
    };
    return {
      kind: source.kind,
      label: source.label,
      demo: source.demo,
      query,
      ...(source.explain === undefined ? {} : { explain: source.explain.bind(source) }),
      describe: (options) => source.describe(options),
      signature: () => source.signature(),
      close: () => source.close(),
    };
  }

  async #countRows(source: SqlSource): Promise<number | null> {
    const sql = `SELECT CAST(count(*) AS DOUBLE PRECISION) AS row_count FROM ${this.#options.pack.mainTable}`;
    const rows = await source.query(sql, {}, { deadlineMs: probeDeadlineMs });
    return typeof rows[0]?.['row_count'] === 'number' ? rows[0]['row_count'] : null;
  }

  #succeed(): void {
    if (!this.#failure) return;
    this.#failure = null;
    this.#options.onChange?.();
  }

  #fail(error: unknown): EngineError {
    const failure =
      error instanceof EngineError
        ? error
        : new EngineError('SOURCE_UNREACHABLE', `The source cannot be read: ${messageOf(error)}`, { cause: error });
    const isNew = this.#failure?.message !== failure.message;
    this.#failure = failure;
    this.#failedAtMs = this.#options.clock.monotonicMs();
    if (isNew) {
      this.#options.logger.warn('The source cannot be used', { problem: failure.message });
      this.#options.onChange?.();
    }
    return failure;
  }
}

function isOverdue(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'SQL_TIMEOUT';
}

function isLoss(error: unknown): boolean {
  return error instanceof EngineError && error.code.startsWith('SOURCE_');
}
