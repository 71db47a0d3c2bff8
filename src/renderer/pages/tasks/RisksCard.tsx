/** What will go wrong on the brokers if nobody acts, with figures; and what could not be checked, so that silence means something. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { formatBytes } from '../../format/numbers.ts';
import { useFormat } from '../../format/use-format.ts';
import { useIsOffline } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import type { BrokerRisks, Risk } from './tasks-model.ts';

interface RisksCardProps {
  /** Null while nothing is known. */
  readonly brokers: readonly BrokerRisks[] | null;
}

export function RisksCard({ brokers }: RisksCardProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('celery.risks')} note={t('celery.risksNote')} testId="celery-risks">
      {brokers === null && <p className="empty">{t('celery.loading')}</p>}
      {brokers?.map((broker) => (
        <Broker key={broker.brokerId} broker={broker} hasName={brokers.length > 1} />
      ))}
    </Card>
  );
}

function Broker({ broker, hasName }: { readonly broker: BrokerRisks; readonly hasName: boolean }): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const sentence = useSentence();
  const { risks, unchecked, problem, atMs } = broker;
  return (
    <div className="risks">
      {hasName && <h3>{broker.brokerId}</h3>}
      {problem !== null && (
        <p role="alert">
          <State kind="failed" word={problem} />
        </p>
      )}
      {atMs === null && problem === null && <p className="empty">{t('celery.risksLooking')}</p>}
      <ul className="plain-list">
        {risks.map((risk) => (
          <li key={`${risk.code}:${risk.subject}`} data-testid={`risk-${risk.code}`}>
            <State
              kind={isOffline ? 'expired' : risk.severity === 'critical' ? 'failed' : 'stale'}
              word={t(`celery.risk.${risk.code}.title`)}
            />{' '}
            <span>{sentence(risk)}</span>
          </li>
        ))}
        {atMs !== null && risks.length === 0 && (
          <li>
            <State
              kind={isOffline ? 'expired' : unchecked.length > 0 ? 'unknown' : 'fresh'}
              word={t(unchecked.length > 0 ? 'celery.noRiskFound' : 'celery.noRisk')}
            />
          </li>
        )}
        {unchecked.map(({ code, reason }) => (
          <li key={`unchecked ${code}`} className="sub">
            <State kind="unknown" word={t('celery.unchecked', { what: t(`celery.risk.${code}.title`) })} />{' '}
            {t(`celery.uncheckedWhy.${reason}`)}
          </li>
        ))}
      </ul>
      {atMs !== null && (
        <p className="sub">
          {t('celery.lookedAt')} <Age atMs={atMs} />
        </p>
      )}
    </div>
  );
}

/** The sentence in the person's language, made of the figures that came with the risk. */
function useSentence(): (risk: Risk) => string {
  const { t } = useTranslation();
  const format = useFormat();
  return ({ code, subject, values }) => {
    const texts = Object.fromEntries(
      Object.entries(values).map(([name, value]) => [
        name,
        typeof value !== 'number'
          ? (value ?? '?')
          : name.endsWith('Ms')
            ? formatDuration(value)
            : name.endsWith('Bytes')
              ? formatBytes(format.language, value)
              : format.number(value),
      ]),
    );
    return t(`celery.risk.${code}.text`, { ...texts, subject: subject ?? '' });
  };
}
