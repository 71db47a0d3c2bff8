/** A note, a question or an acceptance on the value that is on show; the engine keeps the value itself with it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { useCommand } from '../../state/calls.ts';
import type { Filters } from '../../state/filters.ts';
import { useEngineLink, useServices } from '../../state/services.ts';
import { SegmentedFilter } from '../../ui/SegmentedFilter.tsx';
import { State } from '../../ui/State.tsx';
import { useReviewer } from './use-reviewer.ts';

const kinds = ['note', 'question', 'acceptance'] as const;
type Kind = (typeof kinds)[number];

interface NoteFormProps {
  readonly kpiId: string;
  readonly filters: Filters;
  /** Null for now. */
  readonly atMs: number | null;
}

export function NoteForm({ kpiId, filters, atMs }: NoteFormProps): ReactElement {
  const { t } = useTranslation();
  const { announcements, awayNotes } = useServices();
  const { phase } = useEngineLink();
  const [kind, setKind] = useState<Kind>('note');
  const [words, setWords] = useState('');
  const [who, setWho] = useReviewer();
  const add = useCommand('review.notes.add');
  const isEmpty = words.trim() === '' && kind !== 'acceptance';
  const isBlocked = add.isRunning || isEmpty || phase !== 'connected';
  const submit = async (): Promise<void> => {
    if (isBlocked) return;
    const { output } = await add.run({ kind, words, who, kpiId, filters, atMs });
    if (output === null) return;
    // What is true then is asked for as soon as it can be.
    if (output.asStood.unreachable.length > 0) awayNotes.getState().add();
    setWords('');
    announce(announcements, t('review.kept'));
  };
  return (
    <form
      className="review-form"
      aria-label={t('review.addTitle')}
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <SegmentedFilter
        label={t('review.kindLabel')}
        options={kinds.map((id) => ({ id, title: t(`review.kind.${id}`) }))}
        value={kind}
        onChange={setKind}
        testId="note-kind"
      />
      <label className="field">
        {t('review.words')}
        <textarea
          className="input"
          rows={3}
          maxLength={4_000}
          value={words}
          placeholder={t(`review.wordsPlaceholder.${kind}`)}
          onChange={(event) => setWords(event.target.value)}
          data-testid="note-words"
        />
      </label>
      <div className="review-form-foot">
        <label className="field">
          {t('review.who')}
          <input
            className="input"
            maxLength={80}
            value={who}
            placeholder={t('review.whoPlaceholder')}
            onChange={(event) => setWho(event.target.value)}
            data-testid="note-who"
          />
        </label>
        <button
          type="submit"
          className="button primary"
          aria-disabled={isBlocked || undefined}
          title={phase === 'connected' ? undefined : t('offlineBlocked')}
          data-testid="note-add"
        >
          {t('review.addNote')}
        </button>
      </div>
      {add.error !== null && (
        <p role="alert">
          <State kind="failed" word={add.error} />
        </p>
      )}
    </form>
  );
}
