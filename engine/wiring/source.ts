/** The source that the settings name, opened for a pack. */
import { basename } from 'node:path';
import { redactUrls } from '../base/errors.ts';
import type { Settings } from '../config/settings.ts';
import { ResponseTimes } from '../health/response-times.ts';
import { localDate } from '../kpi/as-of.ts';
import { SourceHolder } from '../kpi/source-holder.ts';
import type { Basis } from '../kpi/views.ts';
import type { SourceInfo } from '../model/dashboard.ts';
import { openSource } from '../sources/open-source.ts';
import { SlowQueries } from '../sources/slow-queries.ts';
import type { SqlSource } from '../sources/source.ts';
import type { Foundation } from './foundation.ts';
import type { InstalledPack } from './packs.ts';

/** The same data for everybody who starts from the same day. */
export const demoSeed = 20_260_101;

export interface WatchedSource {
  readonly holder: SourceHolder;
  /** How long its queries took. */
  readonly sourceQueries: ResponseTimes;
  readonly slowQueries: SlowQueries;
}

/** The source, opened when it is first wanted, and what its queries take. */
export function watchedSource(
  settings: Settings,
  pack: InstalledPack,
  onChange: (source: SourceInfo) => void,
  foundation: Foundation,
): WatchedSource {
  const sourceQueries = new ResponseTimes(foundation);
  const slowQueries = new SlowQueries(foundation);
  const holder: SourceHolder = new SourceHolder({
    open: () => openPackSource(settings, pack, foundation),
    pack: pack.pack,
    expected: describeExpected(settings),
    onChange: () => onChange(holder.info()),
    onQuery: (query) => {
      sourceQueries.record(query.durationMs);
      slowQueries.record(query);
    },
    ...foundation,
  });
  return { holder, sourceQueries, slowQueries };
}

/** Generates the demo data first when it is wanted and not there yet. @throws EngineError SOURCE_* */
export function openPackSource(settings: Settings, pack: InstalledPack, foundation: Foundation): Promise<SqlSource> {
  const { source, demo, dataDir, demoRowCount: rows } = settings;
  const today = settings.asOf ?? localDate(foundation.clock.now());
  return openSource({
    source,
    demo,
    dataDir,
    tables: pack.tables,
    createDemo: (file) => pack.generateDemo({ file, rows, seed: demoSeed, today }),
    ...foundation,
  });
}

/** Values of another source or of other targets are other values, also in a Redis that both share. */
export function basisOf({ source, demo, demoRowCount, kpis }: Settings): Basis {
  const demoData = demo ? `demo data, ${demoRowCount} rows` : 'none';
  return { source: source === null ? demoData : redactUrls(source), settings: kpis };
}

/** What to say of the source before it was opened, or when it cannot be. */
export function describeExpected({ source, demo }: Settings): Pick<SourceInfo, 'kind' | 'label' | 'demo'> {
  if (source === null) return { kind: 'duckdb', label: demo ? 'Demo data' : 'no source', demo };
  if (/^postgres(ql)?:/i.test(source)) return { kind: 'postgres', label: hostOf(source), demo: false };
  return { kind: /\.(duckdb|db)$/i.test(source) ? 'duckdb' : 'files', label: basename(source), demo: false };
}

function hostOf(url: string): string {
  return URL.canParse(url) ? `${new URL(url).host}${new URL(url).pathname}` : 'PostgreSQL';
}
