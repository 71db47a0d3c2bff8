/** The page's head: demo tag, oldest age, how many are stale, the countdown, and what can be done. */
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration } from '../../format/dates.ts';
import { announce } from '../../state/announce.ts';
import { type DashboardView, isTaskRunning } from '../../state/dashboard.ts';
import { useDashboard, useIsOffline, useNow, useServices } from '../../state/services.ts';
import { Button } from '../../ui/Button.tsx';
import { Floating } from '../../ui/Floating.tsx';
import { isStale } from '../../ui/freshness.ts';
import { Icon } from '../../ui/icons.tsx';
import { State, type StateKind } from '../../ui/State.tsx';
import { SinceLook } from './SinceLook.tsx';
import { TaskProgress } from './TaskProgress.tsx';
import { useExport } from './use-export.ts';

export function KpisHeader(): ReactElement {
  const { t } = useTranslation();
  const { dashboard } = useServices();
  const { view, filters, isLive, task, isRefreshAsked } = useDashboard();
  const isOffline = useIsOffline();
  const isRunning = isTaskRunning(task) || isRefreshAsked;
  useTaskAnnouncements();
  return (
    <>
      <header className="top">
        <h1>{t('pages.kpis')}</h1>
        {view?.source.demo === true && (
          <span className="tag" data-testid="demo-tag">
            {view.pack.toUpperCase()} · {t('kpis.demo')}
          </span>
        )}
        {view !== null && <OldestAge view={view} isOffline={isOffline || !isLive} />}
        <span className="space" />
        {isRunning ? <TaskProgress task={task} /> : <Countdown />}
        {view !== null && <SinceLook view={view} filters={filters} />}
        <PauseButton />
        <ExportMenu />
        <Button
          look="primary"
          data-testid="refresh-now"
          blockedBecause={isOffline ? t('offlineBlocked') : isRunning ? t('kpis.refreshRuns') : null}
          onClick={() => void dashboard.refresh()}
        >
          {t('kpis.refreshNow')}
        </Button>
      </header>
    </>
  );
}

function OldestAge({ view, isOffline }: { readonly view: DashboardView; readonly isOffline: boolean }): ReactElement {
  const { t } = useTranslation();
  const computed = view.sections.map((section) => section.freshness.computedAtMs).filter((atMs) => atMs !== null);
  const oldestMs = computed.length === 0 ? null : Math.min(...computed);
  const all = view.sections.length;
  const staleCount = useNow((nowMs) => view.sections.filter((section) => isStale(section.freshness, nowMs)).length);
  const age = useNow((nowMs) => (oldestMs === null ? '' : formatDuration(nowMs - oldestMs)));
  const kind: StateKind = oldestMs === null ? 'unknown' : isOffline ? 'expired' : staleCount > 0 ? 'stale' : 'fresh';
  return (
    <>
      <span data-testid="oldest-age">
        <State kind={kind} word={oldestMs === null ? t('age.neverComputed') : t('kpis.oldest', { age })} />
      </span>
      <span className="sub" data-testid="stale-count">
        {isOffline || oldestMs === null
          ? ''
          : staleCount > 0
            ? t('kpis.staleOf', { stale: staleCount, all })
            : t('kpis.allFresh', { all })}
      </span>
    </>
  );
}

function Countdown(): ReactElement {
  const { t } = useTranslation();
  const { clock } = useServices();
  const { nextReadAtMs, isPaused, isLoading } = useDashboard();
  const isOffline = useIsOffline();
  const seconds = useNow(() =>
    nextReadAtMs === null ? 0 : Math.max(0, Math.ceil((nextReadAtMs - clock.now()) / 1_000)),
  );
  const text = isPaused
    ? t('kpis.refreshPaused')
    : isOffline
      ? ''
      : isLoading
        ? t('kpis.reading')
        : t('kpis.refreshIn', { seconds });
  return (
    <span className="sub num countdown" data-testid="countdown">
      {text}
    </span>
  );
}

function PauseButton(): ReactElement {
  const { t } = useTranslation();
  const { dashboard, preferences } = useServices();
  const { isPaused } = useDashboard();
  const isOffline = useIsOffline();
  return (
    <Button
      data-testid="pause"
      blockedBecause={isOffline ? t('offlineBlocked') : null}
      aria-pressed={isPaused}
      onClick={() => {
        dashboard.setPaused(!isPaused);
        preferences.setState({ isPaused: !isPaused });
      }}
    >
      <Icon name={isPaused ? 'play' : 'pause'} />
      {t(isPaused ? 'kpis.resume' : 'kpis.pause')}
    </Button>
  );
}

function ExportMenu(): ReactElement {
  const { t } = useTranslation();
  const [isOpen, setIsOpen] = useState(false);
  const exportAs = useExport();
  return (
    <Floating
      buttonClass="button"
      buttonContent={
        <>
          <Icon name="export" />
          {t('kpis.export')}
        </>
      }
      panelLabel={t('kpis.export')}
      testId="export"
      isOpen={isOpen}
      onOpenChange={setIsOpen}
    >
      <div className="menu">
        {(['csv', 'json'] as const).map((format) => (
          <button
            key={format}
            type="button"
            data-testid={`export-${format}`}
            onClick={() => {
              exportAs(format);
              setIsOpen(false);
            }}
          >
            {t(format === 'csv' ? 'kpis.exportCsv' : 'kpis.exportJson')}
          </button>
        ))}
      </div>
    </Floating>
  );
}

function useTaskAnnouncements(): void {
  const { t } = useTranslation();
  const { announcements } = useServices();
  const { task } = useDashboard();
  const wasRunning = useRef(false);
  useEffect(() => {
    const isRunning = isTaskRunning(task);
    if (wasRunning.current && !isRunning && task !== null) {
      const text = task.error === null ? t('kpis.refreshed') : t('kpis.refreshFailed', { message: task.error });
      announce(announcements, text);
    }
    wasRunning.current = isRunning;
  }, [task, announcements, t]);
}
