/** Starts the console: connects to the engine, asks for what the first page will show, and draws. */
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import './ui/ui.css';
import './app/shell.css';
import { App } from './app/App.tsx';
import { loadEverything } from './app/pages.ts';
import { applyTheme, followTheme } from './app/theme.ts';
import { browserClock } from './clock.ts';
import { startTexts } from './i18n/i18n.ts';
import { filtersFromQuery } from './state/filters.ts';
import { type PageName, parseRoute, watchRoute } from './state/route.ts';
import { createServices } from './state/services.ts';
import { connect } from './transport/connect.ts';

const connection = connect(window, browserClock);
const services = createServices(window, connection, browserClock);
const { theme, language } = services.preferences.getState();

applyTheme(theme);
followTheme(services.preferences);
document.documentElement.lang = language;
startTexts(language);
connection.bridge.speak?.(language);
services.preferences.subscribe((now, before) => {
  if (now.language !== before.language) connection.bridge.speak?.(now.language);
});

/** The address decides which filters' dashboard is looked at; before any page renders, so that none shows another's. */
function followFilters(): PageName {
  const { page, query } = parseRoute(window.location.hash);
  if (page === 'kpis') services.dashboard.setFilters(filtersFromQuery(query));
  return page;
}

watchRoute(followFilters);
// While the page is drawn for the first time its values are on their way.
if (followFilters() === 'kpis') services.dashboard.read();

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root"');
createRoot(root).render(<App services={services} />);

browserClock.after(1_500, () => {
  // What cannot be fetched ahead is asked for again, and complained of, when it is opened.
  void loadEverything().catch(() => undefined);
  // So that a console that loses its engine has something to show on every page.
  services.overview.reload();
  services.filterOptions.reload();
});
