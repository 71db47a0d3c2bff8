/** The frame around every page: navigation, banners, the palette, the live region; it hands the services down. */
import { type ReactElement, Suspense, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { FormatContext, useLanguageFormat } from '../format/use-format.ts';
import { changeLanguage } from '../i18n/i18n.ts';
import { useRoute } from '../state/route.ts';
import { type Services, ServicesContext, useIsOffline, usePreferences } from '../state/services.ts';
import { ErrorBoundary } from '../ui/ErrorBoundary.tsx';
import { Banners } from './Banners.tsx';
import { Crash } from './Crash.tsx';
import { LiveRegion } from './LiveRegion.tsx';
import { Navigation } from './Navigation.tsx';
import { PaletteHost } from './PaletteHost.tsx';
import { pages } from './pages.ts';

export function App({ services }: { readonly services: Services }): ReactElement {
  return (
    <ServicesContext value={services}>
      <Frame />
    </ServicesContext>
  );
}

function Frame(): ReactElement {
  const { t } = useTranslation();
  const route = useRoute();
  const { language } = usePreferences();
  const format = useLanguageFormat();
  const isOffline = useIsOffline();
  const Page = pages[route.page];
  const [isPaletteOpen, setIsPaletteOpen] = useState(false);
  useEffect(() => {
    document.documentElement.lang = language;
    void changeLanguage(language);
  }, [language]);
  useEffect(() => {
    document.title = `${t(`pages.${route.page}`)} · Vigía`;
  }, [route.page, t]);
  return (
    <FormatContext value={format}>
      <div className="app" data-offline={isOffline || undefined}>
        <a className="skip" href="#main" onClick={focusMain}>
          {t('app.skip')}
        </a>
        <Navigation page={route.page} onSearch={() => setIsPaletteOpen(true)} />
        <main id="main" tabIndex={-1}>
          <Banners />
          <ErrorBoundary key={route.page} renderFallback={(error) => <Crash message={error.message} />}>
            <Suspense fallback={null}>
              <Page query={route.query} />
            </Suspense>
          </ErrorBoundary>
        </main>
        <PaletteHost isOpen={isPaletteOpen} onOpenChange={setIsPaletteOpen} />
        <LiveRegion />
      </div>
    </FormatContext>
  );
}

function focusMain(event: { preventDefault(): void }): void {
  // The address belongs to the pages: the link moves the focus, not the route.
  event.preventDefault();
  document.getElementById('main')?.focus();
}
