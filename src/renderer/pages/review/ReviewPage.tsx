/** The Review page: the past at one instant or two, each KPI's history and notes, and files of it for review elsewhere. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { filtersFromQuery } from '../../state/filters.ts';
import { useNow } from '../../state/services.ts';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { AroundCard } from './AroundCard.tsx';
import { FileBanners, FileButtons, SupportCard } from './FileParts.tsx';
import { KpiDrawer } from './KpiDrawer.tsx';
import { KpiTable } from './KpiTable.tsx';
import { NotesCard } from './NotesCard.tsx';
import { type OpenedFile, type Reviewed, rangeIds, rangeMs, timelineOfFile } from './review-model.ts';
import './review.css';
import { type Chosen, TimelineCard } from './TimelineCard.tsx';
import { useMoment } from './use-moment.ts';
import { type ReviewFile, useReviewFile } from './use-review-file.ts';

/** The end of the range moves on in steps, so that "now" is asked for again. */
const nowStepMs = 15_000;

/** Reading what is true now also asks for it to be computed, so it is read once more when a source is back. */
const noteTopics = ['review.changed', 'dashboard.changed', 'link.changed', 'source.changed'] as const;

export function ReviewPage(): ReactElement {
  const file = useReviewFile();
  // A file has instants of its own: it is looked at afresh, and the address stays what it was.
  return file.opened === null ? (
    <LiveReview file={file} />
  ) : (
    <FileReview key={file.opened.file.seal.sha256} file={file} opened={file.opened.file} />
  );
}

function LiveReview({ file }: { readonly file: ReviewFile }): ReactElement {
  const address = useAddress('review');
  const chosen = chosenIn(address);
  const filters = filtersFromQuery(chosen.view);
  const nowMs = useNow((atMs) => Math.floor(atMs / nowStepMs) * nowStepMs);
  const long = rangeMs[chosen.range];
  const timeline = useLiveCall(
    'review.timeline',
    { filters, ...(long === null ? {} : { fromMs: Math.floor((nowMs - long) / 60_000) * 60_000 }) },
    { topics: ['dashboard.changed'], periodMs: 30_000, keptAs: 'review.timeline' },
  );
  const notes = useLiveCall('review.notes.list', {}, { topics: noteTopics, periodMs: 60_000, keptAs: 'review.notes' });
  const known = timeline.data;
  const toMs = Math.max(nowMs, known?.toMs ?? 0);
  const fromMs = long === null ? Math.min(known?.fromMs ?? toMs - 86_400_000, toMs - 60_000) : toMs - long;
  const choose = (change: Partial<Chosen>, isSettled: boolean): void =>
    address.set(
      {
        ...(change.atMs === undefined ? {} : { at: change.atMs === null ? null : String(change.atMs) }),
        ...(change.otherMs === undefined ? {} : { vs: change.otherMs === null ? null : String(change.otherMs) }),
        ...(change.range === undefined ? {} : { range: change.range }),
        ...(change.view === undefined ? {} : { view: change.view }),
      },
      { replace: !isSettled || change.atMs !== undefined },
    );
  const error = timeline.error ?? notes.error;
  return (
    <Review
      file={file}
      opened={null}
      chosen={chosen}
      kpiId={address.text('kpi') || null}
      timeline={known}
      fromMs={fromMs}
      toMs={toMs}
      notes={notes.data?.notes ?? null}
      error={error !== null && error.code !== 'CALL_DISCONNECTED' ? `${error.message} ${error.help}` : null}
      onChoose={choose}
      onOpenKpi={(kpi) => address.set({ kpi }, { replace: kpi === null })}
      onOpenNote={(kpi, view, atMs) => address.set({ kpi, view, at: atMs === null ? null : String(atMs) })}
    />
  );
}

function chosenIn(address: ReturnType<typeof useAddress>): Chosen {
  const timeIn = (name: string): number | null => {
    const value = Number(address.text(name));
    return Number.isFinite(value) && value > 0 ? value : null;
  };
  return {
    atMs: timeIn('at'),
    otherMs: timeIn('vs'),
    range: rangeIds.find((id) => id === address.text('range')) ?? 'week',
    view: address.text('view'),
  };
}

function FileReview({ file, opened }: { readonly file: ReviewFile; readonly opened: OpenedFile }): ReactElement {
  const timeline = timelineOfFile(opened);
  const [first] = opened.content.frames;
  const last = opened.content.frames.at(-1);
  const [kpiId, setKpiId] = useState<string | null>(null);
  // A file of two instants was made to compare them.
  const isPair = opened.content.kind === 'snapshot' && opened.content.frames.length === 2;
  const [chosen, setChosen] = useState<Chosen>({
    atMs: (isPair ? first : last)?.atMs ?? null,
    otherMs: isPair ? (last?.atMs ?? null) : null,
    range: 'all',
    view: '',
  });
  return (
    <Review
      file={file}
      opened={opened}
      chosen={chosen}
      kpiId={kpiId}
      timeline={timeline}
      fromMs={timeline.fromMs}
      toMs={timeline.toMs}
      notes={opened.content.notes.map(
        (note): Reviewed => ({
          note,
          now: {
            verdict: 'unknown',
            figure: null,
            state: 'missing',
            computedAtMs: null,
            dataAsOfMs: null,
            problem: null,
          },
        }),
      )}
      error={null}
      onChoose={(change) => setChosen((before) => ({ ...before, ...change }))}
      onOpenKpi={setKpiId}
      onOpenNote={setKpiId}
    />
  );
}

interface ReviewProps {
  readonly file: ReviewFile;
  readonly opened: OpenedFile | null;
  readonly chosen: Chosen;
  readonly kpiId: string | null;
  readonly timeline: ReturnType<typeof timelineOfFile> | null;
  readonly fromMs: number;
  readonly toMs: number;
  readonly notes: readonly Reviewed[] | null;
  readonly error: string | null;
  readonly onChoose: (change: Partial<Chosen>, isSettled: boolean) => void;
  readonly onOpenKpi: (kpiId: string | null) => void;
  readonly onOpenNote: (kpiId: string, view: string, atMs: number | null) => void;
}

function Review(props: ReviewProps): ReactElement {
  const { file, opened, chosen, kpiId, timeline, fromMs, toMs, notes, error, onChoose, onOpenKpi, onOpenNote } = props;
  const { t } = useTranslation();
  const filters = filtersFromQuery(chosen.view);
  const atMs = chosen.atMs ?? toMs;
  const shown = useMoment(filters, atMs, opened);
  const other = useMoment(filters, chosen.otherMs, opened);
  const isCompared = chosen.otherMs !== null;
  const failure = error ?? describe(shown.error) ?? describe(other.error);
  const parts = { moment: shown.moment, other: other.moment, isCompared };
  return (
    <div className="review-page" data-testid="page-review">
      <header className="top">
        <h1>{t('pages.review')}</h1>
        <span className="space" />
        <Button
          aria-pressed={isCompared}
          onClick={() => onChoose({ otherMs: isCompared ? null : startOfComparison(fromMs, toMs, atMs) }, true)}
          data-testid="compare"
        >
          {t(isCompared ? 'review.compareOff' : 'review.compare')}
        </Button>
        <FileButtons
          file={file}
          onSave={(kind) =>
            void file.save({ kind, filters, instants: isCompared ? [chosen.atMs, chosen.otherMs] : [chosen.atMs] })
          }
        />
      </header>
      <FileBanners file={file} />
      {failure !== null && (
        <Banner kind="failed" word={t('review.readFailed')} testId="review-failed">
          {failure}
        </Banner>
      )}
      <TimelineCard
        timeline={timeline}
        fromMs={fromMs}
        toMs={toMs}
        chosen={chosen}
        moment={shown.moment}
        other={other.moment}
        isFile={opened !== null}
        onChoose={onChoose}
      />
      <KpiTable {...parts} onOpen={onOpenKpi} />
      <AroundCard {...parts} />
      <NotesCard notes={notes} isFile={opened !== null} onOpen={onOpenNote} />
      {opened !== null && <SupportCard file={opened} />}
      {kpiId !== null && (
        <KpiDrawer
          kpiId={kpiId}
          filters={opened === null ? filters : (shown.moment?.filters ?? {})}
          moment={shown.moment}
          atMs={opened === null ? chosen.atMs : atMs}
          fromMs={fromMs}
          toMs={toMs}
          file={opened}
          notes={notes ?? []}
          onClose={() => onOpenKpi(null)}
        />
      )}
    </div>
  );
}

/** A day before what is on show, within the range. */
function startOfComparison(fromMs: number, toMs: number, atMs: number): number {
  const dayMs = 86_400_000;
  return Math.max(fromMs, Math.min(toMs, atMs - Math.min(dayMs, (toMs - fromMs) / 2)));
}

function describe(
  error: { readonly code: string; readonly message: string; readonly help: string } | null,
): string | null {
  return error === null || error.code === 'CALL_DISCONNECTED' ? null : `${error.message} ${error.help}`.trim();
}
