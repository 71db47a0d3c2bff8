/** The packs that are installed. */
import { edpPack, edpTables, generateDemo } from '../../packs/edp/index.ts';
import { EngineError } from '../base/errors.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { TableSchema } from '../sources/table-schema.ts';

export interface InstalledPack {
  readonly pack: KpiPack;
  /** What it reads, its main table first. */
  readonly tables: readonly TableSchema[];
  /** Writes a DuckDB file of demo data; `today` is an ISO date. */
  readonly generateDemo: (demo: { file: string; rows: number; seed: number; today: string }) => Promise<void>;
}

const installed: readonly InstalledPack[] = [{ pack: edpPack, tables: edpTables, generateDemo }];

/** @throws EngineError CONFIG_UNKNOWN_PACK */
export function packNamed(id: string): InstalledPack {
  const found = installed.find(({ pack }) => pack.id === id);
  if (found) return found;
  const names = installed.map(({ pack }) => pack.id).join(', ');
  throw new EngineError('CONFIG_UNKNOWN_PACK', `VIGIA_PACK is "${id}", but the installed packs are: ${names}`);
}
