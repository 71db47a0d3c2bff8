/** What stands above every page when a link of the chain is not there, and the engine's own notices. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../format/use-format.ts';
import { useEngineLink, useIsOffline, useLive, useNow, useServices } from '../state/services.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';

export function Banners(): ReactElement {
  const isOffline = useIsOffline();
  return (
    <div className="banners">
      {isOffline ? <EngineBanner /> : <LinkBanners />}
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
  if (phase === 'refused') {
    return (
      <Banner kind="failed" word={t('banner.refused')} testId="banner-refused" action={tryNow}>
        {t('banner.refusedText')}
      </Banner>
    );
  }
  return (
    <Banner kind="expired" word={t('banner.offline')} testId="banner-offline" action={tryNow}>
      {t('banner.offlineText', { since: format.moment(sinceMs, clock.now()) })}{' '}
      <span className="sub num" aria-hidden="true">
        {t('banner.nextTry', { seconds })}
      </span>
    </Banner>
  );
}

function LinkBanners(): ReactElement {
  const { t } = useTranslation();
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
          {t('banner.sourceText', { label: data.source.label })}{' '}
          {data.source.problem !== null && <span className="sub">{data.source.problem}</span>}
        </Banner>
      )}
    </>
  );
}

const noticeKinds = { info: 'unknown', warning: 'stale', error: 'failed' } as const;

function Notices(): ReactElement {
  const { t } = useTranslation();
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
            {notice.message}
          </Banner>
        ))}
    </>
  );
}
