/** Notes on KPIs as they stood, what is true of them now, and what each person last had on screen. */
import type { Clock } from '../base/clock.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { SectionView } from '../model/dashboard.ts';
import { type Filters, filtersKey } from '../model/filters.ts';
import type { AsStood, Look, Note, NoteDraft, PastSection, Reviewed } from '../model/review.ts';
import type { NoteStore } from '../store/note-store.ts';
import type { Past } from './past.ts';
import type { KpiPort } from './ports.ts';
import type { ReachWatch } from './reach.ts';

export interface NotesOptions {
  readonly notes: NoteStore;
  readonly past: Pick<Past, 'moment'>;
  readonly kpis: KpiPort;
  readonly reach: Pick<ReachWatch, 'view'>;
  readonly clock: Clock;
  readonly ids: IdSource;
  /** Told after every change. */
  readonly onChanged: () => void;
}

/** Looks closer together belong to one sitting. */
const sittingMs = 30 * 60_000;
const listedNotes = 500;
/** Filter sets that are read anew for one list; the notes of others are answered without a "now". */
const readViews = 20;

type Known = Pick<PastSection, 'name' | 'state' | 'computedAtMs' | 'dataAsOfMs' | 'payload'> & {
  readonly packVersion: number | null;
};

export class Notes {
  readonly #options: NotesOptions;

  constructor(options: NotesOptions) {
    this.#options = options;
  }

  /** @throws EngineError REVIEW_KPI_UNKNOWN, FILTER_INVALID, STORE_UNAVAILABLE */
  async add(draft: NoteDraft, who: string): Promise<Note> {
    const { clock, ids, notes, onChanged } = this.#options;
    if (draft.words === '' && draft.kind !== 'acceptance') {
      throw new EngineError('CALL_INPUT_INVALID', `A ${draft.kind} says something: its words are missing`);
    }
    const note: Note = {
      id: ids.next(),
      kind: draft.kind,
      who,
      atMs: clock.now(),
      words: draft.words,
      asStood: await this.#asStood(draft),
      closedAtMs: null,
      closedBy: null,
      answer: null,
    };
    notes.add(note);
    onChanged();
    return note;
  }

  /** @throws EngineError REVIEW_NOTE_NOT_FOUND, STORE_UNAVAILABLE */
  close(id: string, who: string, answer: string): void {
    if (!this.#options.notes.close(id, who, answer, this.#options.clock.now())) throw notFound(id);
    this.#options.onChanged();
  }

  /** @throws EngineError REVIEW_NOTE_NOT_FOUND, STORE_UNAVAILABLE */
  remove(id: string): void {
    if (!this.#options.notes.remove(id)) throw notFound(id);
    this.#options.onChanged();
  }

  /** Newest first, each with what is true now. @throws EngineError STORE_UNAVAILABLE */
  async list(): Promise<Reviewed[]> {
    const notes = this.#options.notes.list(listedNotes);
    const keys = [...new Set(notes.map(({ asStood }) => filtersKey(asStood.filters)))].slice(0, readViews);
    const views = new Map(
      await Promise.all(
        keys.map(async (key) => {
          const note = notes.find(({ asStood }) => filtersKey(asStood.filters) === key);
          return [key, await this.#now(note?.asStood.filters ?? {})] as const;
        }),
      ),
    );
    return notes.map((note) => ({ note, now: nowOf(note, views.get(filtersKey(note.asStood.filters))) }));
  }

  /** Remembers what somebody had on screen: the values as they are known now. @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE */
  async look(filters: Filters, kpiIds: readonly string[], who: string): Promise<void> {
    const { kpis, notes, clock } = this.#options;
    const sections = await kpis.current(filters);
    const figures = kpiIds.flatMap((kpiId) => {
      const section = sections.find(({ payload }) => payload?.figures[kpiId] !== undefined);
      const figure = section?.payload?.figures[kpiId];
      if (!section || !figure) return [];
      const { computedAtMs, dataAsOfMs } = section.freshness;
      return [{ kpiId, value: figure.value, computedAtMs, dataAsOfMs }];
    });
    notes.look(who, filtersKey(kpis.normalize(filters)), figures, clock.now(), sittingMs);
  }

  /** @throws EngineError FILTER_INVALID, STORE_UNAVAILABLE */
  looks(filters: Filters, who: string): Look[] {
    const { kpis, notes, clock } = this.#options;
    return notes.looks(who, filtersKey(kpis.normalize(filters)), clock.now(), sittingMs);
  }

  async #asStood({ kpiId, filters, atMs }: NoteDraft): Promise<AsStood> {
    const { kpis, past, reach } = this.#options;
    const sections: readonly Known[] =
      atMs === null ? (await kpis.current(filters)).map(known(kpis)) : past.moment({ filters, atMs }).sections;
    const section = sections.find(({ payload }) => payload?.figures[kpiId] !== undefined);
    const figure = section?.payload?.figures[kpiId];
    if (!section || !figure) {
      throw new EngineError('REVIEW_KPI_UNKNOWN', `Nothing is known of the KPI "${kpiId}" under these filters`);
    }
    const { value, unit, noDataReason, target, better } = figure;
    return {
      kpiId,
      section: section.name,
      filters: kpis.normalize(filters),
      atMs,
      figure: { value, unit, noDataReason, target, better },
      state: section.state,
      computedAtMs: section.computedAtMs,
      dataAsOfMs: section.dataAsOfMs,
      packVersion: section.packVersion,
      source: kpis.source,
      unreachable: reach
        .view()
        .parts.filter(({ reachable }) => !reachable)
        .map(({ id }) => id),
    };
  }

  async #now(filters: Filters): Promise<readonly SectionView[] | string> {
    try {
      return await this.#options.kpis.current(filters);
    } catch (error) {
      return messageOf(error);
    }
  }
}

const known =
  ({ packVersion }: KpiPort) =>
  ({ name, payload, freshness: { state, computedAtMs, dataAsOfMs } }: SectionView): Known => ({
    name,
    payload,
    state,
    computedAtMs,
    dataAsOfMs,
    packVersion: computedAtMs === null ? null : packVersion,
  });

function nowOf({ asStood }: Note, sections: readonly SectionView[] | string | undefined): Reviewed['now'] {
  const section =
    typeof sections === 'object' ? sections.find(({ payload }) => payload?.figures[asStood.kpiId] !== undefined) : null;
  const figure = section?.payload?.figures[asStood.kpiId];
  if (!section || !figure) {
    const problem = typeof sections === 'string' ? sections : null;
    return { verdict: 'unknown', figure: null, state: 'missing', computedAtMs: null, dataAsOfMs: null, problem };
  }
  const { state, computedAtMs, dataAsOfMs } = section.freshness;
  const { value, unit, noDataReason, target, better } = figure;
  const isNewer = computedAtMs !== null && (asStood.computedAtMs === null || computedAtMs > asStood.computedAtMs);
  const verdict = !isNewer ? 'not-computed-since' : value === asStood.figure.value ? 'same' : 'changed';
  return {
    verdict,
    figure: { value, unit, noDataReason, target, better },
    state,
    computedAtMs,
    dataAsOfMs,
    problem: null,
  };
}

function notFound(id: string): EngineError {
  return new EngineError('REVIEW_NOTE_NOT_FOUND', `There is no open note "${id}"`);
}
