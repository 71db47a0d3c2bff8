/** Back from being cut off, to whoever left notes meanwhile: the way to what is true of them now. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { useFormat } from '../format/use-format.ts';
import { routeHref } from '../state/route.ts';
import { useLive, useServices } from '../state/services.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';

export function BackBanner(): ReactElement | null {
  const { t } = useTranslation();
  const format = useFormat();
  const { awayNotes, system, reach } = useServices();
  const { count, clear } = useStore(awayNotes);
  const { data } = useLive(system);
  const isWhole = useStore(reach, (now) => now === 'whole');
  const areLinksUp = data?.links.every(({ state }) => state === 'ready') && data.source.reachable;
  if (count === 0 || !isWhole || !areLinksUp) return null;
  return (
    <Banner
      kind="fresh"
      word={t('banner.back')}
      testId="banner-back"
      action={
        <>
          <a className="button small" href={routeHref('review', 'show=notes')} onClick={clear} data-testid="back-notes">
            {t('banner.backShow')}
          </a>
          <Button isSmall onClick={clear}>
            {t('app.dismiss')}
          </Button>
        </>
      }
    >
      {t('banner.backText', { count, text: format.number(count) })}
    </Banner>
  );
}
