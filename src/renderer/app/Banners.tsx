/** What stands above every page when a link of the chain is not there, and the engine's own notices. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSourceLabel } from '../format/source-label.ts';
import { useFormat } from '../format/use-format.ts';
import { useSaid } from '../format/use-said.ts';
import { useLiveCall } from '../state/calls.ts';
import { routeHref } from '../state/route.ts';
import {
  useDashboard,
  useEngineLink,
  useIsCutOff,
  useIsEngineAway,
  useLive,
  useNow,
  useServices,
} from '../state/services.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';
import { BackBanner } from './BackBanner.tsx';
import { SignInBanner } from './SignInBanner.tsx';

export function Banners(): ReactElement {
  const isAway = useIsEngineAway();
  const isAlone = useIsCutOff();
  const { connections } = useServices();
  // What is watched beside the console's own belongs to the question whether anything can be reached.
  useLive(connections);
  return (
    <div className="banners">
      {isAway ? <EngineBanner /> : isAlone ? <CutOffBanner /> : <LinkBanners />}
      <BackBanner />
      <Notices />
    </div>
  );
}

function EngineBanner(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { clock, retryNow } = useServices();
  const { phase, sinceMs, nextTryAtMs } = useEngineLink();
  const seconds = useNow(() =>
    nextTryAtMs === null ? 0 : Math.max(0, Math.ceil((nextTryAtMs - clock.now()) / 1_000)),
  );
  const tryNow = <Button onClick={retryNow}>{t('banner.tryNow')}</Button>;
  if (phase === 'refused') return <SignInBanner />;
  return (
    <Banner kind="expired" word={t('banner.offline')} testId="banner-offline" action={tryNow}>
      {t('banner.offlineText', { since: format.moment(sinceMs, clock.now()) })}{' '}
      <span className="sub num" aria-hidden="true">
        {t('banner.nextTry', { seconds })}
      </span>
    </Banner>
  );
}

/** One banner for everything: since when each part is away, also by earlier runs, and how old the oldest value is. */
function CutOffBanner(): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const { ticker } = useServices();
  const { data } = useLiveCall(
    'review.reach',
    {},
    { topics: ['link.changed', 'source.changed'], periodMs: 30_000, keptAs: 'reach' },
  );
  // Also on a page without KPIs it is told how old the oldest is.
  const { view } = useDashboard();
  const oldest = view && oldestOf(view.sections.map(({ freshness }) => freshness));
  const age = useNow((nowMs) => (oldest ? format.age(oldest.computedAtMs, nowMs) : ''));
  const since = (data?.parts ?? [])
    .filter(({ reachable }) => !reachable)
    .map(({ id, lastReachedAtMs, sinceMs }) =>
      t(lastReachedAtMs === null ? 'banner.cutOffSinceStart' : 'banner.cutOffSince', {
        part: t(`link.${id}`),
        since: format.moment(lastReachedAtMs ?? sinceMs, ticker.now()),
      }),
    )
    .join(' · ');
  return (
    <Banner
      kind="expired"
      word={t('banner.offline')}
      testId="banner-cut-off"
      action={
        <a className="button small" href={routeHref('review')}>
          {t('banner.cutOffReview')}
        </a>
      }
    >
      {t('banner.cutOffText')} <b className="num">{since}</b>.{' '}
      {oldest && (
        <span data-testid="cut-off-oldest">
          {t('banner.cutOffOldest', {
            age,
            data: oldest.dataAsOfMs === null ? '—' : format.dataTime(oldest.dataAsOfMs, ticker.now()),
          })}
        </span>
      )}
    </Banner>
  );
}

interface Aged {
  readonly computedAtMs: number | null;
  readonly dataAsOfMs: number | null;
}

function oldestOf(values: readonly Aged[]): { computedAtMs: number; dataAsOfMs: number | null } | null {
  const computed = values.flatMap(({ computedAtMs }) => computedAtMs ?? []);
  const data = values.flatMap(({ dataAsOfMs }) => dataAsOfMs ?? []);
  if (computed.length === 0) return null;
  return { computedAtMs: Math.min(...computed), dataAsOfMs: data.length === 0 ? null : Math.min(...data) };
}

function LinkBanners(): ReactElement {
  const { t } = useTranslation();
  const sourceLabel = useSourceLabel();
  const format = useFormat();
  const { system, ticker } = useServices();
  const { data } = useLive(system);
  if (data === null) return <></>;
  return (
    <>
      {data.links
        .filter((link) => link.state === 'unreachable' || link.state === 'refused')
        .map((link) => (
          <Banner key={link.role} kind="failed" word={t('banner.linkDown')} testId={`banner-link-${link.role}`}>
            {t('banner.linkText', {
              role: t(`link.${link.role}`),
              address: link.address,
              since: format.moment(link.sinceMs, ticker.now()),
              interpolation: { escapeValue: false },
            })}{' '}
            {link.problem !== null && <span className="sub">{link.problem}</span>}
          </Banner>
        ))}
      {!data.source.reachable && (
        <Banner kind="failed" word={t('banner.linkDown')} testId="banner-source">
          {t('banner.sourceText', { label: sourceLabel(data.source) })}{' '}
          {data.source.problem !== null && <span className="sub">{data.source.problem}</span>}
        </Banner>
      )}
    </>
  );
}

const noticeKinds = { info: 'unknown', warning: 'stale', error: 'failed' } as const;

function Notices(): ReactElement {
  const { t } = useTranslation();
  const speak = useSaid();
  const { system } = useServices();
  const { data } = useLive(system);
  const [dismissed, setDismissed] = useState<ReadonlySet<string>>(new Set());
  return (
    <>
      {(data?.notices ?? [])
        .filter((notice) => !dismissed.has(notice.id))
        .map((notice) => (
          <Banner
            key={notice.id}
            kind={noticeKinds[notice.level]}
            word={t(`banner.notice.${notice.level}`)}
            testId={`notice-${notice.id}`}
            action={
              <Button isSmall onClick={() => setDismissed(new Set([...dismissed, notice.id]))}>
                {t('app.dismiss')}
              </Button>
            }
          >
            {speak(notice.said, notice.message)}
          </Banner>
        ))}
    </>
  );
}
