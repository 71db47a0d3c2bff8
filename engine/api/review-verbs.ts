/** The verbs of the past: moments, histories, notes, looks and files. */
import type { Filters } from '../model/filters.ts';
import type { KpiHistory, Look, Moment, Note, NoteDraft, Reach, Reviewed, Timeline } from '../model/review.ts';
import type { MadeFile, OpenedFile, ReviewFileKind } from '../model/review-file.ts';

export interface ReviewVerbParts {
  readonly review: {
    readonly past: {
      timeline(asked: { filters: Filters; fromMs: number | null; toMs: number | null }): Timeline;
      moment(asked: { filters: Filters; atMs: number }): Moment;
      histories(asked: {
        filters: Filters;
        kpiIds: readonly string[];
        fromMs: number;
        toMs: number;
        maxPoints: number;
      }): Promise<KpiHistory[]>;
    };
    readonly notes: {
      list(): Promise<Reviewed[]>;
      add(draft: NoteDraft, who: string): Promise<Note>;
      close(id: string, who: string, answer: string): void;
      remove(id: string): void;
      look(filters: Filters, kpiIds: readonly string[], who: string): Promise<void>;
      looks(filters: Filters, who: string): Look[];
    };
    readonly files: {
      make(asked: { kind: ReviewFileKind; filters: Filters; instants: readonly (number | null)[] }): Promise<MadeFile>;
      open(contentBase64: string): OpenedFile;
    };
    reach(): Reach;
    /** Who sits here, when nobody says so. */
    readonly account: string;
  };
}

const done = { done: true } as const;

export function reviewVerbs({ review }: ReviewVerbParts) {
  const { past, notes, files, account } = review;
  const whoOf = (named: string): string => (named === '' ? account : named);
  return {
    'review.timeline': async (asked: { filters: Filters; fromMs: number | null; toMs: number | null }) =>
      past.timeline(asked),
    'review.moment': async (asked: { filters: Filters; atMs: number }) => past.moment(asked),
    'review.histories': async (asked: {
      filters: Filters;
      kpiIds: string[];
      fromMs: number;
      toMs: number;
      maxPoints: number;
    }) => ({ histories: await past.histories(asked) }),
    'review.notes.list': async () => ({ notes: await notes.list() }),
    'review.notes.add': (draft: NoteDraft) => notes.add(draft, whoOf(draft.who)),
    'review.notes.close': async ({ noteId, who, answer }: { noteId: string; who: string; answer: string }) => {
      notes.close(noteId, whoOf(who), answer);
      return done;
    },
    'review.notes.remove': async ({ noteId }: { noteId: string }) => {
      notes.remove(noteId);
      return done;
    },
    'review.looks': async ({ filters, who }: { filters: Filters; who: string }) => ({
      looks: notes.looks(filters, whoOf(who)),
    }),
    'review.look': async ({ filters, who, kpiIds }: { filters: Filters; who: string; kpiIds: string[] }) => {
      await notes.look(filters, kpiIds, whoOf(who));
      return done;
    },
    'review.reach': async () => review.reach(),
    'review.file.make': (asked: { kind: ReviewFileKind; filters: Filters; instants: (number | null)[] }) =>
      files.make(asked),
    'review.file.open': async ({ contentBase64 }: { contentBase64: string }) => files.open(contentBase64),
  };
}
