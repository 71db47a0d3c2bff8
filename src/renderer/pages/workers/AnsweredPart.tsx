/** A part of what a Celery worker answered: how old the answer is, and why there is no newer one. */
import type { ReactElement, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Age } from '../../ui/Age.tsx';
import { State } from '../../ui/State.tsx';

interface AnsweredPartProps {
  readonly title: string;
  readonly answer: {
    readonly askedAtMs: number | null;
    readonly problem: string | null;
    readonly value: unknown;
  } | null;
  readonly testId?: string;
  /** Shown once there is an answer. */
  readonly children: ReactNode;
}

export function AnsweredPart({ title, answer, testId, children }: AnsweredPartProps): ReactElement {
  const { t } = useTranslation();
  const { askedAtMs = null, problem = null } = answer ?? {};
  return (
    <section data-testid={testId}>
      <h3>
        {title}
        {askedAtMs !== null && (
          <span className="answer-age num">
            <Age atMs={askedAtMs} />
          </span>
        )}
      </h3>
      {problem !== null && <State kind="stale" word={problem} />}
      {answer === null || answer.value === null ? <p className="empty">{t('workers.node.noAnswer')}</p> : children}
    </section>
  );
}
