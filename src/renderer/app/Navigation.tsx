/** The side navigation: the pages that exist, the search, the connections, theme and language. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useStore } from 'zustand';
import { languages, themes } from '../state/preferences.ts';
import { type PageName, pageNames, routeHref } from '../state/route.ts';
import { useLive, usePreferences, useServices } from '../state/services.ts';
import { Icon } from '../ui/icons.tsx';
import { ConnectionCard } from './ConnectionCard.tsx';

/** A little room before these, so that fourteen names read as five groups: what it shows, data, work, watching, setting up. */
const groupStarts: ReadonlySet<PageName> = new Set(['cache', 'queues', 'alerts', 'connections']);

interface NavigationProps {
  readonly page: PageName;
  readonly onSearch: () => void;
}

export function Navigation({ page, onSearch }: NavigationProps): ReactElement {
  const { t } = useTranslation();
  const { preferences } = useServices();
  const kpisQuery = useStore(preferences, (state) => state.kpisQuery);
  return (
    <aside className="side">
      <div className="brand">
        <Eye />
        Vigía
      </div>
      <button type="button" className="search-button" onClick={onSearch} data-testid="open-palette">
        <Icon name="search" />
        {t('app.search')}
        <kbd>Ctrl K</kbd>
      </button>
      <nav aria-label={t('app.navigation')}>
        {pageNames.map((name) => (
          <a
            key={name}
            className={groupStarts.has(name) ? 'nav begins-group' : 'nav'}
            href={routeHref(name, name === 'kpis' ? kpisQuery : '')}
            aria-current={name === page ? 'page' : undefined}
            data-testid={`nav-${name}`}
          >
            <Icon name={name} />
            {t(`pages.${name}`)}
            {name === 'alerts' && <FiringCount />}
          </a>
        ))}
      </nav>
      <div className="side-foot">
        <ConnectionCard />
        <Choices />
      </div>
    </aside>
  );
}

function FiringCount(): ReactElement | null {
  const { t } = useTranslation();
  const { alerts } = useServices();
  const { data } = useLive(alerts);
  const count = data?.alerts.filter((alert) => alert.state === 'firing').length ?? 0;
  if (count === 0) return null;
  return (
    <span className="count failed">
      {count}
      <span className="visually-hidden"> {t('alerts.state.firing')}</span>
    </span>
  );
}

function Choices(): ReactElement {
  const { t } = useTranslation();
  const { preferences } = useServices();
  const { theme, language } = usePreferences();
  return (
    <div className="choices">
      <div role="group" aria-label={t('app.theme')} className="segments">
        {themes.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === theme}
            title={t(`app.themes.${each}`)}
            aria-label={t(`app.themes.${each}`)}
            onClick={() => preferences.setState({ theme: each })}
          >
            <Icon name={each} />
          </button>
        ))}
      </div>
      <div role="group" aria-label={t('app.language')} className="segments">
        {languages.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === language}
            aria-label={`${each.toUpperCase()} · ${t(`app.languages.${each}`)}`}
            lang={each}
            onClick={() => preferences.setState({ language: each })}
          >
            {each.toUpperCase()}
          </button>
        ))}
      </div>
    </div>
  );
}

function Eye(): ReactElement {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <path
        d="M1.500 10S4.500 4 10 4s8.500 6 8.500 6-3 6-8.500 6S1.500 10 1.500 10Z"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="1.7"
      />
      <circle cx="10" cy="10" r="2.9" fill="var(--accent)" />
    </svg>
  );
}
