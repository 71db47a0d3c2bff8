/** Starts the console: connects to the engine, loads the texts and the first page side by side, and draws. */
import { createRoot } from 'react-dom/client';
import './ui/tokens.css';
import './ui/ui.css';
import './app/shell.css';
import { App } from './app/App.tsx';
import { loadEverything, loadPage } from './app/page-loader.ts';
import { applyTheme, followTheme } from './app/theme.ts';
import { browserClock } from './clock.ts';
import { startTexts } from './i18n/i18n.ts';
import { parseRoute } from './state/route.ts';
import { createServices } from './state/services.ts';
import { connect } from './transport/connect.ts';

const services = createServices(window, connect(window, browserClock), browserClock);
const { theme, language } = services.preferences.getState();

applyTheme(theme);
followTheme(services.preferences);
// The address no longer holds the token here: connecting took it out.
const { page } = parseRoute(window.location.hash);
document.documentElement.lang = language;
await Promise.all([startTexts(language), loadPage(page)]);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no element "root"');
createRoot(root).render(<App services={services} />);
browserClock.after(1_500, () => {
  loadEverything();
  // So that a console that loses its engine has something to show on every page.
  services.overview.reload();
  services.filterOptions.reload();
});
