/** What was reviewed, and what is true now: every note with the value it was written on, beside the value of today. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useCommand } from '../../state/calls.ts';
import { filterKey, queryFromFilters } from '../../state/filters.ts';
import { useEngineLink, useNow } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { Card } from '../../ui/Card.tsx';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { AnswerDialog } from './AnswerDialog.tsx';
import { Value } from './KpiTable.tsx';
import { type Reviewed, verdictKinds } from './review-model.ts';
import { viewWords } from './TimelineCard.tsx';

interface NotesCardProps {
  /** Null while they are not known. */
  readonly notes: readonly Reviewed[] | null;
  readonly isFile: boolean;
  readonly onOpen: (kpiId: string, view: string, atMs: number | null) => void;
}

const choices = ['open', 'closed', 'all'] as const;
type Choice = (typeof choices)[number];

export function NotesCard({ notes, isFile, onOpen }: NotesCardProps): ReactElement {
  const { t } = useTranslation();
  const [choice, setChoice] = useState<Choice>('open');
  const [answering, setAnswering] = useState<Reviewed | null>(null);
  const [removing, setRemoving] = useState<Reviewed | null>(null);
  const remove = useCommand('review.notes.remove');
  const list = useSought(notes !== null);
  const shown = (notes ?? []).filter(
    ({ note }) => isFile || choice === 'all' || (note.closedAtMs === null) === (choice === 'open'),
  );
  const labelOf = ({ note }: Reviewed): string =>
    t(`kpi.${note.asStood.kpiId}.label`, { defaultValue: note.asStood.kpiId });
  return (
    <Card
      title={t('review.notes')}
      note={isFile ? undefined : t('review.notesNote')}
      testId="review-notes"
      aside={
        isFile ? undefined : (
          <SegmentedFilter
            label={t('review.show')}
            options={choices.map((id) => ({ id, title: t(`review.showNotes.${id}`) }))}
            value={choice}
            onChange={setChoice}
          />
        )
      }
    >
      {notes === null ? (
        <p className="sub">{t('review.notesUnknown')}</p>
      ) : shown.length === 0 ? (
        <EmptyState icon="empty" title={t('review.noNotes')} text={t('review.noNotesText')} testId="review-no-notes" />
      ) : (
        <ul className="review-notes" ref={list}>
          {shown.map((reviewed) => (
            <li key={reviewed.note.id} data-testid={`note-${reviewed.note.id}`}>
              <NoteHead reviewed={reviewed} label={labelOf(reviewed)} onOpen={onOpen} />
              <NoteLine reviewed={reviewed} isNowKnown={!isFile} />
              {!isFile && (
                <NoteActions
                  reviewed={reviewed}
                  onAnswer={() => setAnswering(reviewed)}
                  onRemove={() => setRemoving(reviewed)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {answering !== null && (
        <AnswerDialog
          noteId={answering.note.id}
          title={t('review.answerTo', { kpi: labelOf(answering) })}
          question={answering.note.words}
          onClose={() => setAnswering(null)}
        />
      )}
      {removing !== null && (
        <ConfirmDialog
          title={t('review.removeTitle')}
          confirmLabel={t('review.remove')}
          onClose={() => setRemoving(null)}
          isRunning={remove.isRunning}
          error={remove.error}
          onConfirm={() =>
            void remove.run({ noteId: removing.note.id }).then(({ error }) => {
              if (error === null) setRemoving(null);
            })
          }
        >
          {t('review.removeText', { kpi: labelOf(removing) })}
        </ConfirmDialog>
      )}
    </Card>
  );
}

/** A link that means the notes leads to them, once they are known. */
function useSought(isKnown: boolean) {
  const place = useRef<HTMLUListElement>(null);
  const isSought = useAddress('review').text('show') === 'notes';
  useEffect(() => {
    if (isSought && isKnown) place.current?.scrollIntoView({ block: 'center' });
  }, [isSought, isKnown]);
  return place;
}

interface NoteHeadProps {
  readonly reviewed: Reviewed;
  readonly label: string;
  readonly onOpen: NotesCardProps['onOpen'];
}

function NoteHead({ reviewed, label, onOpen }: NoteHeadProps): ReactElement {
  const { t } = useTranslation();
  const { asStood } = reviewed.note;
  const view = queryFromFilters(asStood.filters);
  return (
    <p className="review-note-head">
      <button type="button" className="link" onClick={() => onOpen(asStood.kpiId, view, asStood.atMs)}>
        {label}
      </button>{' '}
      <span className="sub">{viewWords(filterKey(asStood.filters), t('review.filterless'))}</span>
    </p>
  );
}

interface NoteLineProps {
  readonly reviewed: Reviewed;
  readonly isNowKnown?: boolean;
}

/** The words, the value as it stood with its ages, the value of today, and the answer. */
export function NoteLine({ reviewed, isNowKnown = true }: NoteLineProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { note, now } = reviewed;
  const { asStood } = note;
  const by = useNow((nowMs) => t('review.by', { who: note.who, moment: format.moment(note.atMs, nowMs) }));
  const parts = asStood.unreachable.map((id) => t(`review.part.${id}`, { defaultValue: id })).join(', ');
  return (
    <div className="review-note">
      <div>
        <span className="tag">{t(`review.kind.${note.kind}`)}</span> <span className="sub">{by}</span>
        {note.words !== '' && <p className="words">{note.words}</p>}
        {note.closedAtMs !== null && <Answer reviewed={reviewed} />}
      </div>
      <dl>
        <div>
          <dt>{t('review.column.stood')}</dt>
          <dd>
            <b>
              <Value figure={asStood.figure} />
            </b>{' '}
            <span className="sub">
              {asStood.computedAtMs !== null && (
                <>
                  {t('age.computed')} <Age atMs={asStood.computedAtMs} />
                </>
              )}
              {parts !== '' && ` · ${t('review.offlineThen', { parts })}`}
            </span>
          </dd>
        </div>
        {isNowKnown && (
          <div>
            <dt>{t('review.column.isNow')}</dt>
            <dd>
              <b>{now.figure === null ? '—' : <Value figure={now.figure} />}</b>{' '}
              <State
                kind={verdictKinds[now.verdict]}
                word={t(`review.isNowVerdict.${now.verdict}`)}
                {...(now.problem === null ? {} : { title: now.problem })}
              />{' '}
              {now.computedAtMs !== null && (
                <span className="sub">
                  {t('age.computed')} <Age atMs={now.computedAtMs} />
                </span>
              )}
            </dd>
          </div>
        )}
      </dl>
    </div>
  );
}

function Answer({ reviewed: { note } }: { readonly reviewed: Reviewed }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const text = useNow((nowMs) =>
    t('review.closedBy', { who: note.closedBy ?? '', moment: format.moment(note.closedAtMs ?? 0, nowMs) }),
  );
  return (
    <p className="answer">
      {note.answer !== '' && note.answer} <span className="sub">{text}</span>
    </p>
  );
}

interface NoteActionsProps {
  readonly reviewed: Reviewed;
  readonly onAnswer: () => void;
  readonly onRemove: () => void;
}

/** Notes lie in the engine's own store: they can be answered whatever else is unreachable. */
function NoteActions({ reviewed, onAnswer, onRemove }: NoteActionsProps): ReactElement {
  const { t } = useTranslation();
  const { phase } = useEngineLink();
  const blockedBecause = phase === 'connected' ? null : t('offlineBlocked');
  return (
    <p className="review-note-actions">
      {reviewed.note.closedAtMs === null && (
        <Button isSmall blockedBecause={blockedBecause} onClick={onAnswer} data-testid="note-answer">
          {t('review.answer')}
        </Button>
      )}
      <Button isSmall look="quiet" blockedBecause={blockedBecause} onClick={onRemove} data-testid="note-remove">
        {t('review.remove')}
      </Button>
    </p>
  );
}
