/** The analyses of key spaces: one at a time for each connection, kept in the local database. */
import type { AnalyseOrder } from '../api/redis-verbs.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { Analysis, AnalysisSummary } from '../model/redis-keys.ts';
import { analyse } from '../redis/keys/analysis.ts';
import type { KeySpace } from '../redis/keys/key-space.ts';
import type { Store } from '../store/store.ts';
import type { Foundation } from './foundation.ts';

interface Running {
  analysis: Analysis;
  readonly controller: AbortController;
  readonly ended: Promise<void>;
}

export interface AnalysesParts {
  readonly store: Pick<Store, 'redisAnalyses'>;
  readonly spaceOf: (order: AnalyseOrder) => KeySpace;
  readonly onChanged: (change: { connectionId: string; analysisId: string }) => void;
}

export class RedisAnalyses {
  readonly #parts: AnalysesParts;
  readonly #foundation: Foundation;
  readonly #running = new Map<string, Running>();

  constructor(parts: AnalysesParts, foundation: Foundation) {
    this.#parts = parts;
    this.#foundation = foundation;
    parts.store.redisAnalyses.markInterrupted(foundation.clock.now());
  }

  /** Begins it and answers at once. @throws EngineError REDIS_ANALYSIS_RUNNING, CONNECTION_NOT_FOUND, REDIS_UNREACHABLE */
  begin(order: AnalyseOrder): AnalysisSummary {
    const { connectionId, separator, maxMeasuredKeys, commandsPerS } = order;
    if (this.#running.has(connectionId)) {
      throw new EngineError('REDIS_ANALYSIS_RUNNING', `The keys of "${connectionId}" are being analysed already`);
    }
    const space = this.#parts.spaceOf(order);
    if (!space.link.isReady) {
      throw new EngineError('REDIS_UNREACHABLE', `The keys of ${space.link.address} cannot be walked: it is away`);
    }
    const { clock, ids, random } = this.#foundation;
    const analysisId = ids.next();
    const controller = new AbortController();
    const previous = this.#parts.store.redisAnalyses.previous(connectionId, space.db, separator, clock.now() + 1);
    const work = analyse(
      { analysisId, connectionId, separator, maxMeasuredKeys, commandsPerS },
      { space, clock, random, signal: controller.signal, previous, onProgress: (now) => this.#take(now) },
    ).then((done) => this.#end(done));
    const analysis = emptyAnalysis(order, { analysisId, db: space.db, startedAtMs: clock.now() });
    this.#running.set(connectionId, { analysis, controller, ended: work });
    this.#take(analysis);
    return summaryOf(analysis);
  }

  /** Answers when it has ended. @throws EngineError REDIS_ANALYSIS_NOT_FOUND */
  async cancel(analysisId: string): Promise<AnalysisSummary> {
    const running = [...this.#running.values()].find(({ analysis }) => analysis.analysisId === analysisId);
    running?.controller.abort();
    await running?.ended;
    return summaryOf(this.get(analysisId));
  }

  /** @throws EngineError REDIS_ANALYSIS_NOT_FOUND */
  get(analysisId: string): Analysis {
    const running = [...this.#running.values()].find(({ analysis }) => analysis.analysisId === analysisId);
    const found = running?.analysis ?? this.#parts.store.redisAnalyses.get(analysisId);
    if (found) return found;
    throw new EngineError('REDIS_ANALYSIS_NOT_FOUND', `There is no analysis "${analysisId.slice(0, 100)}"`);
  }

  list(connectionId: string | null, limit: number): { analyses: AnalysisSummary[]; sizeBytes: number } {
    const { redisAnalyses } = this.#parts.store;
    const live = new Map([...this.#running.values()].map(({ analysis }) => [analysis.analysisId, analysis]));
    const analyses = redisAnalyses.list(connectionId, limit).map((kept) => {
      const running = live.get(kept.analysisId);
      return running === undefined ? kept : summaryOf(running);
    });
    return { analyses, sizeBytes: redisAnalyses.sizeBytes() };
  }

  async stop(): Promise<void> {
    for (const { controller } of this.#running.values()) controller.abort();
    await Promise.all([...this.#running.values()].map(({ ended }) => ended));
  }

  #take(analysis: Analysis): void {
    const running = this.#running.get(analysis.connectionId);
    const isFirst = running?.analysis === analysis;
    if (running) running.analysis = analysis;
    // The row is there from the beginning, so that what a crash ended is known; figures follow at the end.
    if (isFirst) this.#save(analysis);
    this.#tell(analysis);
  }

  #end(analysis: Analysis): void {
    this.#save(analysis);
    this.#running.delete(analysis.connectionId);
    this.#tell(analysis);
  }

  #save(analysis: Analysis): void {
    try {
      this.#parts.store.redisAnalyses.save(analysis);
    } catch (error) {
      this.#foundation.logger.error('An analysis of keys could not be kept', { error: messageOf(error) });
    }
  }

  #tell({ connectionId, analysisId }: Analysis): void {
    this.#parts.onChanged({ connectionId, analysisId });
  }
}

function emptyAnalysis(
  { connectionId, separator, commandsPerS }: AnalyseOrder,
  begun: Pick<Analysis, 'analysisId' | 'db' | 'startedAtMs'>,
): Analysis {
  return {
    ...{ connectionId, separator, commandsPerS, ...begun },
    ...{ state: 'running', endedAtMs: null, keyCount: 0, walkedKeys: 0, measuredKeys: 0, exact: false, commands: 0 },
    ...{ totalBytes: null, noExpiryCount: null, problem: null, previousId: null },
    ...{ namespaces: [], biggestKeys: [], keysWithoutExpiry: [], ttlHistogram: [], types: [] },
  };
}

function summaryOf(analysis: Analysis): AnalysisSummary {
  const {
    namespaces: _namespaces,
    biggestKeys: _biggest,
    keysWithoutExpiry: _without,
    ttlHistogram: _ttl,
    types: _types,
    previousId: _previous,
    ...summary
  } = analysis;
  return summary;
}
