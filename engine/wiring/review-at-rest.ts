/** A sealed file of the past from a data folder that no console runs on: everything in it comes from the local database. */
import { existsSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import { systemIds } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import { openVault } from '../config/secret-vault.ts';
import type { Settings } from '../config/settings.ts';
import { Views } from '../kpi/views.ts';
import type { Filters } from '../model/filters.ts';
import type { MadeFile, ReviewFileKind } from '../model/review-file.ts';
import { Files } from '../review/files.ts';
import { Past } from '../review/past.ts';
import type { KpiOrigin } from '../store/snapshot-history.ts';
import { openStore, type Store } from '../store/store.ts';
import { version } from '../version.ts';
import { layersAtStart } from './cache-layers.ts';
import { packNamed } from './packs.ts';
import { kpiPort, sealerFrom } from './review.ts';
import { basisOf } from './source.ts';
import { redactionOf, supportOf } from './support.ts';

export interface ExportAtRest {
  readonly kind: ReviewFileKind;
  readonly filters: Filters;
  readonly instants: readonly (number | null)[];
}

/**
 * Of a folder that the caller holds alone. The seal is that of the folder's own key file, also where a desktop keeps
 * another in its keychain.
 * @throws EngineError REVIEW_FILE_REFUSED, FILTER_INVALID, CONFIG_UNKNOWN_PACK, STORE_UNAVAILABLE, VAULT_UNAVAILABLE
 */
export async function exportAtRest(settings: Settings, asked: ExportAtRest, logger: Logger): Promise<MadeFile> {
  const file = join(settings.dataDir, 'vigia.db');
  // Opening would make one.
  if (!existsSync(file)) throw nothingIn(settings.dataDir);
  const store = await openStore({ file, clock: systemClock, ids: systemIds, logger });
  try {
    return await filesOf(settings, store, logger).make(asked);
  } finally {
    store.close();
  }
}

function filesOf(settings: Settings, store: Store, logger: Logger): Files {
  const { pack } = packNamed(settings.pack);
  const { source } = originOf(settings, store);
  const basis = { ...basisOf(settings), source };
  const views = new Views({ pack, basis, asOf: settings.asOf, clock: systemClock });
  const layers = layersAtStart(settings, store.settings, logger);
  const kpis = kpiPort(pack, views, {
    layers: () => layers,
    current: async () => {
      throw new EngineError('CONSOLE_NOT_RUNNING', 'Nothing is computed in a folder at rest');
    },
  });
  const vault = openVault({ dataDir: settings.dataDir, seal: null, env: process.env });
  return new Files({
    store,
    past: new Past({ store, kpis, clock: systemClock }),
    kpis,
    kpiIds: pack.kpis.map(({ id }) => id),
    madeBy: `Vigía ${version}, from a folder at rest`,
    sealer: () => sealerFrom(vault),
    // Its lines may name hosts that only the settings of then would give away.
    support: () => ({ ...supportOf({ settings, store }), log: [] }),
    redaction: () => redactionOf({ settings, store, origin: views.origin, links: [], hostName: hostname() }),
    clock: systemClock,
  });
}

/** The source of the settings, else the only one that the folder has values of. @throws EngineError REVIEW_FILE_REFUSED */
function originOf(settings: Settings, store: Store): KpiOrigin {
  const kept = store.snapshotHistory.origins().filter(({ pack }) => pack === settings.pack);
  const wanted = basisOf(settings).source;
  const found = kept.find(({ source }) => source === wanted) ?? (kept.length === 1 ? kept[0] : undefined);
  if (found !== undefined) return found;
  if (kept.length === 0) throw nothingIn(settings.dataDir);
  const names = kept.map(({ source }) => source).join('; ');
  throw new EngineError(
    'REVIEW_FILE_REFUSED',
    `${settings.dataDir} keeps values of several sources (${names}) and none of "${wanted}": give the settings that the console had, e.g. VIGIA_SOURCE`,
  );
}

function nothingIn(dataDir: string): EngineError {
  return new EngineError('REVIEW_FILE_REFUSED', `There is nothing to export: ${dataDir} keeps no values of KPIs`);
}
