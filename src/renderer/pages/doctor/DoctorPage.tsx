/** The Doctor page: what is wrong by severity, with evidence and a way out, what is well, and what could not be checked. */
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { type Format, useFormat } from '../../format/use-format.ts';
import { useAddress } from '../../state/address.ts';
import { useLiveCall } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Banner } from '../../ui/Banner.tsx';
import { Button } from '../../ui/Button.tsx';
import { EmptyState } from '../../ui/EmptyState.tsx';
import { State } from '../../ui/State.tsx';
import { CheckedCards } from './CheckedCards.tsx';
import './doctor.css';
import { FindingCard } from './FindingCard.tsx';
import { FixDialog } from './FixDialog.tsx';
import { FixesCard } from './FixesCard.tsx';
import type { Finding } from './finding-words.ts';

type Report = CallOutput<'doctor.run'>;

export function DoctorPage(): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const kept = useLiveCall('doctor.report', {}, { topics: ['doctor.changed'], periodMs: 60_000, keptAs: 'doctor' });
  const fixes = useLiveCall(
    'doctor.fixes',
    {},
    { topics: ['doctor.changed'], periodMs: 60_000, keptAs: 'doctor-fixes' },
  );
  const { isRunning, error, run } = useRun();
  const report = kept.data?.report ?? null;
  const address = useAddress('doctor');
  const meant = address.text('finding');
  const meantCheck = address.text('check');
  const [fixing, setFixing] = useState<Finding | null>(null);
  // Whoever opens the page wants to know how it is now.
  const isFirst = kept.data !== null && kept.receivedAtMs !== null && report === null;
  useEffect(() => {
    if (isFirst) void run();
  }, [isFirst, run]);
  const again = async (): Promise<void> => {
    await run();
    kept.reload();
  };
  return (
    <div className="doctor-page" data-testid="page-doctor">
      <header className="top">
        <h1>{t('pages.doctor')}</h1>
        {report !== null && <Sum report={report} isOffline={isOffline} />}
        <span className="aside">
          <Button
            look="primary"
            data-testid="doctor-run"
            blockedBecause={isOffline ? t('offlineBlocked') : isRunning ? t('doctor.running') : null}
            onClick={() => void again()}
          >
            {isRunning ? t('doctor.running') : t('doctor.run')}
          </Button>
        </span>
      </header>
      {error !== null && (
        <Banner kind="failed" word={t('doctor.readFailed')} testId="doctor-failed">
          {error}
        </Banner>
      )}
      {report === null && (
        <EmptyState
          icon="doctor"
          title={isRunning ? t('doctor.running') : t('doctor.never')}
          text={t('doctor.neverText')}
          testId="doctor-never"
        />
      )}
      {report !== null && report.findings.length === 0 && (
        <EmptyState icon="fresh" title={t('doctor.noneFound')} text={t('doctor.noneFoundText')} testId="doctor-none" />
      )}
      {report?.findings.map((finding) => (
        <FindingCard
          key={finding.findingId}
          finding={finding}
          isMeant={finding.findingId === meant || (meantCheck !== '' && finding.checkId === meantCheck)}
          isOffline={isOffline}
          onFix={() => setFixing(finding)}
        />
      ))}
      {(fixes.data?.fixes.length ?? 0) > 0 && (
        <FixesCard fixes={fixes.data?.fixes ?? []} onUndone={() => fixes.reload()} />
      )}
      {report !== null && <CheckedCards checked={report.checked} />}
      {fixing !== null && fixing.fix !== null && (
        <FixDialog
          findingId={fixing.findingId}
          fix={fixing.fix}
          onClose={() => setFixing(null)}
          onApplied={() => {
            setFixing(null);
            kept.reload();
            fixes.reload();
          }}
        />
      )}
    </div>
  );
}

function Sum({ report, isOffline }: { readonly report: Report; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const worst = report.findings.find(({ severity }) => severity !== 'info')?.severity ?? null;
  const count = (outcome: string): number => report.checked.filter((one) => one.outcome === outcome).length;
  const kind = isOffline ? 'expired' : worst === 'critical' ? 'failed' : worst === 'warning' ? 'stale' : 'fresh';
  const word = isOffline ? t('state.lastKnown') : worst === null ? t('state.well') : t(`doctor.severity.${worst}`);
  return (
    <>
      <span data-testid="doctor-sum">
        <State kind={kind} word={word} />
      </span>
      <span className="sub num">{t('doctor.sum', { well: count('well'), unknown: count('unknown') })}</span>
      <span className="sub" data-testid="doctor-last-run">
        {t('doctor.lastRun')} <Age atMs={report.atMs} /> ·{' '}
        {t('doctor.took', { time: tookWords(report.tookMs, format) })}
      </span>
    </>
  );
}

/** Most runs take well under a second. */
function tookWords(tookMs: number, format: Format): string {
  if (tookMs < 1_000) return `${format.number(Math.max(1, Math.round(tookMs)))} ms`;
  return `${format.number(tookMs / 1_000, 1)} s`;
}

/** A run on request; its report comes by the topic. */
function useRun(): { isRunning: boolean; error: string | null; run: () => Promise<void> } {
  const { client } = useServices();
  const [state, setState] = useState<{ isRunning: boolean; error: string | null }>({ isRunning: false, error: null });
  const [run] = useState(() => async (): Promise<void> => {
    setState({ isRunning: true, error: null });
    try {
      await client.call('doctor.run', {});
      setState({ isRunning: false, error: null });
    } catch (thrown) {
      const { message, help } = describeError(thrown);
      setState({ isRunning: false, error: `${message} ${help}`.trim() });
    }
  });
  return { ...state, run };
}
