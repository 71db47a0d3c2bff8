/** The source that the settings name, opened for a pack. */
import type { Settings } from '../config/settings.ts';
import { localDate } from '../kpi/as-of.ts';
import type { SourceInfo } from '../model/dashboard.ts';
import { expectedSource, openSource } from '../sources/open-source.ts';
import type { SqlSource } from '../sources/source.ts';
import type { Foundation } from './foundation.ts';
import type { InstalledPack } from './packs.ts';

/** The same data for everybody who starts from the same day. */
export const demoSeed = 20_260_101;

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

/** What to say of the source before it was opened. */
export function describeExpected(settings: Settings): Pick<SourceInfo, 'kind' | 'label' | 'demo'> {
  return expectedSource(settings.source, settings.demo);
}
