/** One finding: what is wrong, by how much, why it matters, what to do, and its fix. */
import { type ReactElement, useEffect, useRef } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useSaid } from '../../format/use-said.ts';
import { changedQuery } from '../../state/address.ts';
import { routeHref } from '../../state/route.ts';
import { useNow } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { type Evidence, evidenceNameOf, type Finding, valueOf, wordsOf } from './finding-words.ts';

const kinds: Record<Finding['severity'], StateKind> = { critical: 'failed', warning: 'stale', info: 'unknown' };

interface FindingCardProps {
  readonly finding: Finding;
  /** It is what the address names. */
  readonly isMeant: boolean;
  readonly isOffline: boolean;
  readonly onFix: () => void;
}

export function FindingCard({ finding, isMeant, isOffline, onFix }: FindingCardProps): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const card = useRef<HTMLElement>(null);
  const speak = useSaid();
  const words = wordsOf(finding, format, speak);
  useEffect(() => {
    if (isMeant) card.current?.scrollIntoView({ block: 'start' });
  }, [isMeant]);
  const href = routeHref('doctor', changedQuery('', { finding: finding.findingId }));
  return (
    <article
      ref={card}
      className={isMeant ? 'card finding is-meant' : 'card finding'}
      aria-label={words.title}
      data-testid={`finding-${finding.checkId}-${finding.code}`}
    >
      <header>
        <State kind={isOffline ? 'expired' : kinds[finding.severity]} word={t(`doctor.severity.${finding.severity}`)} />
        <h2>{words.title}</h2>
        <a className="sub" href={href} title={t('doctor.link')}>
          {finding.checkId}
        </a>
        {finding.fix !== null && (
          <Button
            isSmall
            look="primary"
            blockedBecause={isOffline ? t('offlineBlocked') : null}
            onClick={onFix}
            data-testid="fix"
          >
            {t('doctor.fix')}
          </Button>
        )}
      </header>
      <div className="finding-body">
        <dl className="finding-evidence">
          {finding.evidence.map((one, index) => (
            // A chain has several causes of one name; a finding is replaced as a whole.
            // biome-ignore lint/suspicious/noArrayIndexKey: see above
            <EvidenceRow key={`${one.name} ${index}`} evidence={one} />
          ))}
        </dl>
        <div>
          <h3>{t('doctor.why')}</h3>
          <p>{words.why}</p>
          <h3>{t('doctor.steps')}</h3>
          <ol>
            {words.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      </div>
    </article>
  );
}

function EvidenceRow({ evidence }: { readonly evidence: Evidence }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const speak = useSaid();
  const since = useNow((nowMs) => (evidence.sinceMs === null ? '' : format.moment(evidence.sinceMs, nowMs)));
  // SQL and plans have lines of their own.
  const isLong = typeof evidence.value === 'string' && evidence.value.includes('\n');
  return (
    <div className={isLong ? 'is-long' : undefined}>
      <dt>{evidenceNameOf(evidence, format)}</dt>
      <dd
        tabIndex={isLong ? 0 : undefined}
        className={typeof evidence.value === 'number' ? 'num' : isLong ? 'words mono' : 'words'}
      >
        {speak(evidence.said, valueOf(evidence, format))}
        {since !== '' && <span className="sub"> {t('doctor.since', { time: since })}</span>}
      </dd>
    </div>
  );
}
