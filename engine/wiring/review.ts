/** The review: the past over the local store, notes and looks, files of it, and the watch over what can be reached. */
import { hostname, userInfo } from 'node:os';
import type { ReviewVerbParts } from '../api/review-verbs.ts';
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/errors.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import type { Settings } from '../config/settings.ts';
import type { KpiPack } from '../kpi/pack.ts';
import type { SourceHolder } from '../kpi/source-holder.ts';
import type { Views } from '../kpi/views.ts';
import type { OpenedFile } from '../model/review-file.ts';
import type { WorkerSightings } from '../queue/worker-sightings.ts';
import { Files } from '../review/files.ts';
import { Notes } from '../review/notes.ts';
import { Past } from '../review/past.ts';
import type { KpiPort } from '../review/ports.ts';
import { ReachWatch } from '../review/reach.ts';
import { newSealingKey, openFile, type Sealer, sealerOf } from '../review/sealing.ts';
import type { Store } from '../store/store.ts';
import { version } from '../version.ts';
import type { CeleryEvents } from './celery-events.ts';
import type { Foundation } from './foundation.ts';
import type { KpiParts } from './kpis.ts';
import type { Links } from './links.ts';
import { redactionOf, supportOf } from './support.ts';

export interface ReviewInputs {
  readonly settings: Settings;
  readonly pack: KpiPack;
  readonly kpis: KpiParts;
  readonly links: Links;
  readonly holder: SourceHolder;
  readonly sightings: WorkerSightings;
  readonly celery: Pick<CeleryEvents, 'workerViews'>;
  readonly store: Store;
  readonly vault: SecretVault;
}

export interface ReviewRoom {
  readonly verbs: ReviewVerbParts['review'];
  onChanged(listener: (change: { what: 'notes'[] }) => void): Stop;
  stop(): void;
}

const sealName = 'review.seal';

export function openReview(inputs: ReviewInputs, foundation: Foundation): ReviewRoom {
  const { store, links, holder, pack, vault } = inputs;
  const { clock, ids, logger } = foundation;
  const emitter = new Emitter<{ changed: { what: 'notes'[] } }>((error) =>
    logger.error('a listener of the review failed', { error: messageOf(error) }),
  );
  const linkViews = () => [links.cache.view(), links.broker.view()];
  const { views, dashboards, cache } = inputs.kpis;
  const kpis = kpiPort(pack, views, {
    layers: () => cache.layers(),
    current: async (filters) => (await dashboards.get(filters)).sections,
  });
  const past = new Past({ store, kpis, clock });
  const reach = new ReachWatch({
    port: {
      links: linkViews,
      source: () => holder.info(),
      workers: async () =>
        [...(await inputs.sightings.list()), ...inputs.celery.workerViews()].map(({ workerId, slots, verdict }) => ({
          workerId,
          slots,
          verdict,
        })),
    },
    surroundings: store.surroundings,
    settings: store.settings,
    clock,
    logger,
  });
  const notes = new Notes({
    notes: store.notes,
    past,
    kpis,
    reach,
    clock,
    ids,
    onChanged: () => emitter.emit('changed', { what: ['notes'] }),
  });
  const files = new Files({
    store,
    past,
    kpis,
    kpiIds: pack.kpis.map(({ id }) => id),
    madeBy: `Vigía ${version}`,
    sealer: () => sealerFrom(vault),
    support: () => supportOf(inputs),
    redaction: () => redactionOf({ ...inputs, origin: views.origin, links: linkViews(), hostName: hostname() }),
    clock,
  });
  const stop = reach.start();
  const stopListening = links.cache.onChange(() => void reach.look());
  return {
    verbs: { past, notes, files, reach: () => reach.view(), account: accountName() },
    onChanged: (listener) => emitter.on('changed', listener),
    stop() {
      stopListening();
      stop();
    },
  };
}

export function kpiPort(pack: KpiPack, views: Views, live: Pick<KpiPort, 'layers' | 'current'>): KpiPort {
  const sections = new Map(pack.kpis.map(({ id, section }) => [id, section]));
  return {
    ...views.origin,
    sections: pack.sections,
    sectionOf: (kpiId) => sections.get(kpiId) ?? null,
    normalize: (filters) => ({ ...views.resolve(filters).filters }),
    ...live,
  };
}

/** For a terminal, with no engine around it. @throws EngineError REVIEW_FILE_REFUSED with the reason */
export function openReviewFile(file: Buffer): OpenedFile {
  return openFile(file, null);
}

/** The key is made when the first file is sealed or opened. @throws EngineError VAULT_UNAVAILABLE */
export function sealerFrom(vault: SecretVault): Sealer {
  const known = vault.get(sealName);
  if (known !== null) return sealerOf(known);
  const made = newSealingKey();
  vault.set(sealName, made);
  return sealerOf(made);
}

function accountName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container's user may have no name; somebody still sits here.
    return 'console';
  }
}
