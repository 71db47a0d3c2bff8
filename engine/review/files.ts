/** Makes sealed files of the past, for review elsewhere, and opens them. */
import type { Clock } from '../base/clock.ts';
import { EngineError } from '../base/errors.ts';
import { type Filters, filtersKey } from '../model/filters.ts';
import type { Moment } from '../model/review.ts';
import type { MadeFile, OpenedFile, ReviewContent, ReviewFileKind, SupportPart } from '../model/review-file.ts';
import type { Store } from '../store/store.ts';
import type { Past } from './past.ts';
import type { KpiPort } from './ports.ts';
import { leftOut, type Redaction, redacted } from './redaction.ts';
import { openFile, type Sealer, sealFile } from './sealing.ts';

export interface FilesOptions {
  readonly store: Store;
  readonly past: Past;
  readonly kpis: KpiPort;
  /** The pack's KPIs. */
  readonly kpiIds: readonly string[];
  readonly madeBy: string;
  readonly sealer: () => Sealer;
  readonly support: () => SupportPart;
  /** What a file may name in no case, and what else a support bundle leaves out. */
  readonly redaction: () => Redaction;
  readonly clock: Clock;
}

const day = 24 * 3_600_000;
const historyMs = 30 * day;
const historyPoints = 720;
const listedNotes = 500;
/** A support bundle has a moment each half hour of the last day. */
const supportFrames = 48;
const fileBytes = 10 * 1024 * 1024;

export class Files {
  readonly #options: FilesOptions;

  constructor(options: FilesOptions) {
    this.#options = options;
  }

  /** @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE, VAULT_UNAVAILABLE, REVIEW_FILE_REFUSED when it would be too large */
  async make(asked: {
    kind: ReviewFileKind;
    filters: Filters;
    instants: readonly (number | null)[];
  }): Promise<MadeFile> {
    const { sealer, redaction } = this.#options;
    const content = asked.kind === 'support' ? this.#support(asked.filters) : await this.#snapshot(asked);
    const { file, seal } = sealFile(redacted(content, redaction(), asked.kind === 'support'), sealer());
    if (file.length > fileBytes) {
      throw new EngineError('REVIEW_FILE_REFUSED', 'The file would be larger than 10 MB: choose fewer instants');
    }
    const stamp = new Date(content.madeAtMs).toISOString().slice(0, 16).replaceAll(/[-:]/g, '').replace('T', '-');
    const fileName = `vigia-${asked.kind}-${stamp}.vigia`;
    return { fileName, sizeBytes: file.length, seal, contentBase64: file.toString('base64') };
  }

  /** @throws EngineError REVIEW_FILE_REFUSED with the reason, VAULT_UNAVAILABLE */
  open(contentBase64: string): OpenedFile {
    return openFile(Buffer.from(contentBase64, 'base64'), this.#options.sealer());
  }

  async #snapshot({
    filters,
    instants,
  }: {
    filters: Filters;
    instants: readonly (number | null)[];
  }): Promise<ReviewContent> {
    const { past, store, kpis, kpiIds, clock } = this.#options;
    const nowMs = clock.now();
    const times = [...new Set(instants.map((atMs) => atMs ?? nowMs))].toSorted((a, b) => a - b);
    const frames = times.map((atMs) => past.moment({ filters, atMs }));
    const toMs = Math.max(...times);
    const fromMs = toMs - historyMs;
    const key = filtersKey(kpis.normalize(filters));
    return {
      ...this.#around('snapshot', frames, nowMs),
      histories: await past.histories({ filters, kpiIds, fromMs, toMs, maxPoints: historyPoints }),
      notes: store.notes.list(listedNotes).filter(({ asStood }) => filtersKey(asStood.filters) === key),
    };
  }

  #support(filters: Filters): ReviewContent {
    const { past, support, clock } = this.#options;
    const nowMs = clock.now();
    const frames = Array.from({ length: supportFrames + 1 }, (_, n) =>
      leftOut(past.moment({ filters, atMs: nowMs - ((supportFrames - n) * day) / supportFrames })),
    );
    return { ...this.#around('support', frames, nowMs), support: support() };
  }

  #around(kind: ReviewFileKind, frames: Moment[], nowMs: number): ReviewContent {
    const { store, madeBy } = this.#options;
    const fromMs = Math.min(...frames.map(({ atMs }) => atMs)) - day;
    return {
      kind,
      madeAtMs: nowMs,
      madeBy,
      frames,
      histories: [],
      notes: [],
      gaps: store.alerts.gaps(fromMs, nowMs, 300),
      alerts: store.alertPast.spans(fromMs, nowMs, 300),
      support: null,
    };
  }
}
