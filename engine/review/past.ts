/** Sets everything to one instant: KPIs from snapshots, figures from samples, queues, alerts and surroundings from their histories. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import type { Figure, SectionPayload } from '../model/dashboard.ts';
import { type Filters, filtersKey, filtersOfKey } from '../model/filters.ts';
import type { EntryState, LayerName } from '../model/freshness.ts';
import { type KpiHistory, type Moment, momentSignals, type PastSection, type Timeline } from '../model/review.ts';
import type { HistoryLine, HistoryMoment } from '../store/snapshot-history.ts';
import { snapshotTiers } from '../store/snapshot-thinning.ts';
import type { Store } from '../store/store.ts';
import type { KpiPort } from './ports.ts';

export interface PastOptions {
  readonly store: Store;
  readonly kpis: KpiPort;
  readonly clock: Clock;
}

interface HistoryQuery {
  readonly filters: Filters;
  readonly kpiIds: readonly string[];
  readonly fromMs: number;
  readonly toMs: number;
  readonly maxPoints: number;
}

const day = 24 * 3_600_000;
const instantCount = 800;
const alertCount = 300;
const gapCount = 300;
/** Computations of one KPI that are looked at for its chart. */
const computationLimit = 5_000;
/** Contents are opened for this long before others get their turn. */
const turnMs = 8;
/** A sample speaks for its period, with room for one that was late; older ones are means of a minute. */
const sampleReachMs = { recent: 30_000, old: 150_000 };
/** How long surroundings speak on after they were last seen. */
const surroundingsReachMs = 75_000;

export class Past {
  readonly #options: PastOptions;

  constructor(options: PastOptions) {
    this.#options = options;
  }

  /** What there is of a view between two times; all there is where a time is null. @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE */
  timeline(asked: { filters: Filters; fromMs: number | null; toMs: number | null }): Timeline {
    const { store, kpis, clock } = this.#options;
    const { pack, source } = kpis;
    const filters = filtersKey(kpis.normalize(asked.filters));
    const views = store.snapshotHistory.views(pack, source);
    const toMs = asked.toMs ?? clock.now();
    const firstMs = views.find((view) => view.filters === filters)?.firstAtMs ?? toMs - day;
    const fromMs = Math.min(asked.fromMs ?? firstMs, toMs);
    const lineIds = store.snapshotHistory.lines(pack, source, filters).map(({ id }) => id);
    const stretchMs = Math.max(1_000, Math.ceil((toMs - fromMs) / instantCount));
    const { sizeBytes, rawBytes, snapshotCount, payloadCount, oldestAtMs } = store.snapshotHistory.figures();
    return {
      fromMs,
      toMs,
      instants: store.snapshotHistory.instants(lineIds, fromMs, toMs, stretchMs),
      gaps: store.alerts.gaps(fromMs, toMs, gapCount),
      alerts: store.alertPast.spans(fromMs, toMs, alertCount),
      views: views.map(({ filters: key, firstAtMs, lastAtMs }) => ({
        filters: filtersOfKey(key),
        firstAtMs,
        lastAtMs,
      })),
      storage: {
        sizeBytes,
        rawBytes,
        snapshotCount,
        payloadCount,
        oldestAtMs,
        ceilingBytes: store.snapshotCeilingBytes,
      },
    };
  }

  /** @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE */
  moment(asked: { filters: Filters; atMs: number }): Moment {
    const { store, kpis } = this.#options;
    const { atMs } = asked;
    const filters = kpis.normalize(asked.filters);
    const lines = store.snapshotHistory.lines(kpis.pack, kpis.source, filtersKey(filters));
    const sections = kpis.sections.map(({ name, layer }) =>
      this.#section(
        name,
        layer,
        lines.filter(({ section }) => section === name),
        atMs,
      ),
    );
    const around = store.surroundings.at(atMs);
    const isAround = around !== null && atMs <= around.seenUntilMs + surroundingsReachMs;
    const isSeen = isAround || this.#sample('engine.rss_bytes', atMs) !== null;
    const isKept = isSeen || around !== null || sections.some(({ payload }) => payload !== null);
    return {
      atMs,
      observed: isSeen ? 'seen' : isKept ? 'blind' : 'before',
      gap: store.alerts.gaps(atMs, atMs, 1)[0] ?? null,
      filters,
      pack: kpis.pack,
      source: kpis.source,
      sections,
      oldestComputedAtMs: oldest(sections.map(({ computedAtMs }) => computedAtMs)),
      oldestDataAsOfMs: oldest(sections.map(({ dataAsOfMs }) => dataAsOfMs)),
      surroundings: isAround ? { ...around.surroundings, seenAtMs: Math.min(atMs, around.seenUntilMs) } : null,
      queues: store.queueHistory.at(atMs),
      signals: momentSignals.flatMap((signal) => {
        const sample = this.#sample(signal, atMs);
        return sample === null ? [] : [{ signal, ...sample }];
      }),
      alerts: store.alertPast.at(atMs),
    };
  }

  /**
   * One history for each KPI that the pack knows, in the order asked for. Opens contents a few milliseconds a turn.
   * @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE
   */
  async histories(asked: HistoryQuery): Promise<KpiHistory[]> {
    const { kpis } = this.#options;
    const names = new Set(asked.kpiIds.map((id) => kpis.sectionOf(id)));
    const found = new Map<string, KpiHistory>();
    for (const { name, layer } of kpis.sections.filter((section) => names.has(section.name))) {
      const kpiIds = asked.kpiIds.filter((id) => kpis.sectionOf(id) === name);
      for (const history of await this.#sectionHistories(name, layer, { ...asked, kpiIds })) {
        found.set(history.kpiId, history);
      }
    }
    return asked.kpiIds.flatMap((id) => found.get(id) ?? []);
  }

  async #sectionHistories(name: string, layerName: LayerName, asked: HistoryQuery): Promise<KpiHistory[]> {
    const { store, kpis, clock } = this.#options;
    const { kpiIds, fromMs, toMs, maxPoints } = asked;
    const moments = store.snapshotHistory
      .lines(kpis.pack, kpis.source, filtersKey(kpis.normalize(asked.filters)))
      .filter(({ section }) => section === name)
      .flatMap(({ id }) => store.snapshotHistory.between(id, fromMs, toMs, computationLimit))
      .toSorted((a, b) => a.computedAtMs - b.computedAtMs);
    const shown = lastOfEach(moments, fromMs, toMs, maxPoints);
    const figures = await this.#figuresOf(shown, kpiIds);
    const layer = kpis.layers()[layerName];
    const speaksForMs = (atMs: number): number =>
      Math.max(layer.ttlMs + layer.staleWindowMs, 1.5 * stretchAt(clock.now() - atMs));
    const gaps = gapStarts(moments, toMs, speaksForMs).map((atMs) => ({ atMs, value: null }));
    return kpiIds.map((kpiId) => {
      const points = shown.map(({ computedAtMs, payloadId }) => ({
        atMs: computedAtMs,
        value: figures.get(payloadId)?.get(kpiId)?.value ?? null,
      }));
      const unit = shown.map(({ payloadId }) => figures.get(payloadId)?.get(kpiId)?.unit).findLast(Boolean) ?? null;
      return {
        kpiId,
        unit,
        fromMs,
        toMs,
        points: [...points, ...gaps].toSorted((a, b) => a.atMs - b.atMs),
        computationCount: moments.length,
      };
    });
  }

  /** By content, the figures asked for; each content is opened once. */
  async #figuresOf(
    moments: readonly HistoryMoment[],
    kpiIds: readonly string[],
  ): Promise<ReadonlyMap<number, ReadonlyMap<string, Figure>>> {
    const { store, clock } = this.#options;
    const figures = new Map<number, ReadonlyMap<string, Figure>>();
    let turnBeganMs = clock.monotonicMs();
    for (const { payloadId } of moments) {
      if (figures.has(payloadId)) continue;
      if (clock.monotonicMs() - turnBeganMs > turnMs) {
        await nextTurn();
        turnBeganMs = clock.monotonicMs();
      }
      const payload = store.snapshotHistory.content(payloadId) as SectionPayload | null;
      figures.set(
        payloadId,
        new Map(
          kpiIds.flatMap((id) => {
            const figure = payload?.figures[id];
            return figure ? [[id, figure] as const] : [];
          }),
        ),
      );
    }
    return figures;
  }

  #section(name: PastSection['name'], layer: LayerName, lines: readonly HistoryLine[], atMs: number): PastSection {
    const { store, kpis } = this.#options;
    const found = lines
      .flatMap((line) => {
        const moment = store.snapshotHistory.at(line.id, atMs);
        return moment === null ? [] : [{ line, moment }];
      })
      .reduce<{ line: HistoryLine; moment: HistoryMoment } | null>(
        (newest, each) => (newest && newest.moment.computedAtMs >= each.moment.computedAtMs ? newest : each),
        null,
      );
    if (found === null) {
      return {
        name,
        state: 'missing',
        computedAtMs: null,
        dataAsOfMs: null,
        asOf: null,
        packVersion: null,
        payload: null,
      };
    }
    const { computedAtMs, dataAsOfMs, asOf, payloadId } = found.moment;
    return {
      name,
      state: stateAfter(atMs - computedAtMs, kpis.layers()[layer]),
      computedAtMs,
      dataAsOfMs,
      asOf,
      packVersion: found.line.packVersion,
      payload: store.snapshotHistory.content(payloadId) as SectionPayload | null,
    };
  }

  #sample(
    signal: (typeof momentSignals)[number] | 'engine.rss_bytes',
    atMs: number,
  ): { atMs: number; value: number } | null {
    const { store, clock } = this.#options;
    const reachMs = clock.now() - atMs < day ? sampleReachMs.recent : sampleReachMs.old;
    return store.samples.last(signal, atMs - reachMs, atMs);
  }
}

/** @param ageMs what a reader of that instant saw, by the layers as they are set now */
function stateAfter(ageMs: number, { ttlMs, maxAgeMs }: { ttlMs: number; maxAgeMs: number }): EntryState {
  if (ageMs <= ttlMs) return 'fresh';
  return ageMs <= maxAgeMs ? 'stale' : 'expired';
}

/** How far apart snapshots of this age are kept. */
function stretchAt(ageMs: number): number {
  return snapshotTiers.findLast(({ olderThanMs }) => ageMs > olderThanMs)?.stretchMs ?? 0;
}

function lastOfEach(
  moments: readonly HistoryMoment[],
  fromMs: number,
  toMs: number,
  maxPoints: number,
): HistoryMoment[] {
  const width = Math.max(1, (toMs - fromMs) / Math.max(1, maxPoints));
  const last = new Map<number, HistoryMoment>();
  for (const moment of moments) last.set(Math.floor((moment.computedAtMs - fromMs) / width), moment);
  return [...last.values()];
}

/** When a value was too old to speak for, and the next had not come yet. */
function gapStarts(moments: readonly HistoryMoment[], toMs: number, speaksForMs: (atMs: number) => number): number[] {
  return moments
    .map(({ computedAtMs }, index) => {
      const untilMs = computedAtMs + speaksForMs(computedAtMs);
      return untilMs < (moments[index + 1]?.computedAtMs ?? toMs) ? untilMs : null;
    })
    .filter((atMs) => atMs !== null);
}

/** The least of the times; null when one of them is unknown. */
function oldest(times: readonly (number | null)[]): number | null {
  return times.reduce<number | null>(
    (least, time) => (least === null || time === null ? null : Math.min(least, time)),
    times.length === 0 ? null : Number.POSITIVE_INFINITY,
  );
}
