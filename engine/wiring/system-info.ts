/** What this console is and runs on, for its About and for support. */
import type { Clock } from '../base/clock.ts';
import type { Settings } from '../config/settings.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import type { SystemInfo } from '../model/system.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';

export interface ConsoleParts {
  readonly host: SystemInfo['host'];
  readonly startedAtMs: number;
  readonly pack: Pick<KpiPack, 'id' | 'title'>;
  readonly settings: Pick<Settings, 'dataDir'>;
  readonly holder: SourceHolder;
  readonly kpis: Pick<KpiParts, 'views'>;
  readonly links: Links;
  readonly store: Pick<Store, 'notices'>;
}

export function systemInfoOf(parts: ConsoleParts, clock: Clock): SystemInfo {
  const { host, startedAtMs, pack, settings, holder, kpis, links, store } = parts;
  return {
    version,
    nodeVersion: process.version,
    host,
    startedAtMs,
    nowMs: clock.now(),
    pack: { id: pack.id, title: pack.title },
    source: holder.info(),
    asOf: kpis.views.asOf,
    asOfFixed: kpis.views.asOfFixed,
    links: [links.cache.view(), links.broker.view()],
    notices: store.notices.list(),
    dataDir: settings.dataDir,
  };
}
