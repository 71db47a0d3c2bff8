/** Runs the pack's queries for one set of filters: composes their SQL, stands in for missing columns, shares results between sections. */
import { createHash } from 'node:crypto';
import { EngineError } from '../../engine/base/errors.ts';
import type { KpiSettings } from '../../engine/config/settings.ts';
import type { NormalizedFilters } from '../../engine/kpi/pack.ts';
import type { Row, SqlSource, SqlValue } from '../../engine/sources/source.ts';
import { filterSql } from './filters.ts';
import { type Gaps, gapsOf, standIn } from './gaps.ts';
import { readSql } from './sql-files.ts';

export interface Scope {
  readonly source: SqlSource;
  readonly filters: NormalizedFilters;
  /** ISO date. */
  readonly asOf: string;
  readonly settings: KpiSettings;
  readonly deadlineMs: number;
  readonly signal?: AbortSignal;
}

export class Queries {
  readonly scope: Scope;
  readonly gaps: Gaps;
  readonly #signature: string | null;

  private constructor(scope: Scope, signature: string | null, gaps: Gaps) {
    this.scope = scope;
    this.gaps = gaps;
    this.#signature = signature;
  }

  static async of(scope: Scope): Promise<Queries> {
    const signature = await scope.source.signature();
    return new Queries(scope, signature, await gapsOf(scope.source, signature, scope.deadlineMs));
  }

  /** The same source, settings and day with other filters. */
  filtered(filters: NormalizedFilters): Queries {
    return new Queries({ ...this.scope, filters }, this.#signature, this.gaps);
  }

  /**
   * `make`'s result, computed once for all sections as long as data, filters, day and settings stay the same.
   * Without a signature of the data every section computes its own.
   */
  async shared<Value>(name: string, make: (queries: Queries) => Promise<Value>): Promise<Value> {
    if (this.#signature === null) return make(this);
    const { source, filters, asOf, settings, signal } = this.scope;
    const key = JSON.stringify([name, this.#signature, filters, asOf, settings]);
    const known = memoryOf(source);
    for (let running = known.get(key); running; running = known.get(key)) {
      try {
        return (await orAborted(running, signal)) as Value;
      } catch (error) {
        // Whoever began it has given up; this caller has not and starts over.
        if (!isCancelled(error) || signal?.aborted) throw error;
      }
    }
    const making = make(this);
    remember(known, key, making);
    return making;
  }

  async run(name: string, extra: Readonly<Record<string, SqlValue>> = {}): Promise<Row[]> {
    const { source, asOf, settings, filters, deadlineMs, signal } = this.scope;
    const parameters = {
      ...filters,
      as_of: asOf,
      critical_days: settings.criticalDays,
      fast_days: settings.fastCollectionDays,
      ...extra,
    };
    const sql = compose(name, filters, this.gaps);
    return source.query(sql, parameters, signal ? { deadlineMs, signal } : { deadlineMs });
  }
}

const sharedLimit = 48;
const memories = new WeakMap<SqlSource, Map<string, Promise<unknown>>>();

function memoryOf(source: SqlSource): Map<string, Promise<unknown>> {
  const known = memories.get(source) ?? new Map<string, Promise<unknown>>();
  memories.set(source, known);
  return known;
}

function remember(known: Map<string, Promise<unknown>>, key: string, making: Promise<unknown>): void {
  known.set(key, making);
  making.catch(() => known.delete(key));
  const oldest = known.keys().next();
  if (known.size > sharedLimit && !oldest.done) known.delete(oldest.value);
}

/** Waits for what somebody else computes, but no longer than the caller does. */
async function orAborted<Value>(running: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return running;
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void =>
    reject(new EngineError('SQL_CANCELLED', 'The computation was cancelled by its caller', { cause: signal.reason }));
  if (signal.aborted) onAbort();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([running, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function isCancelled(error: unknown): boolean {
  return error instanceof EngineError && error.code === 'SQL_CANCELLED';
}

/** The file's text with what it reads in front of it; the same text for DuckDB and PostgreSQL. */
function compose(name: string, filters: NormalizedFilters, gaps: Gaps): string {
  const where = filterSql(filters);
  const edps = where === '' ? '' : ' AND edp_id IN (SELECT id FROM edp_rows)';
  const projects = where === '' ? '' : ' AND project_id IN (SELECT proyecto FROM edp_rows)';
  const body = readSql(name).replace('/* edps */', edps);
  const parts: string[] = [];
  const costs = body.includes('cost_rows');
  if (body.includes('edp_rows') || (costs && where !== '')) {
    parts.push(`edp_rows AS (${readSql('edp_rows').replace('/* filters */', where)})`);
  }
  if (costs) parts.push(`cost_rows AS (${readSql('cost_rows').replace('/* projects */', projects)})`);
  const own = /^(?:--[^\n]*\n)*WITH\s/.exec(body);
  const rest = own ? `, ${body.slice(own[0].length)}` : `\n${body}`;
  return standIn(parts.length === 0 ? body : `WITH ${parts.join(', ')}${rest}`, gaps);
}

/** Changes whenever a query changes, so that what was stored under an older one is not served. */
export function formulaVersion(names: readonly string[], ownVersion: number): number {
  const hash = createHash('sha256').update(String(ownVersion));
  for (const name of names) hash.update(readSql(name));
  return Number.parseInt(hash.digest('hex').slice(0, 8), 16);
}
