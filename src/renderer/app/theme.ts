/** Puts the chosen theme on the document; "system" follows the machine as it changes. */
import type { PreferencesStore, Theme } from '../state/preferences.ts';

const systemDark = '(prefers-color-scheme: dark)';

export function applyTheme(theme: Theme): void {
  const resolved = theme === 'system' ? (window.matchMedia(systemDark).matches ? 'dark' : 'light') : theme;
  document.documentElement.dataset.theme = resolved;
}

export function followTheme(preferences: PreferencesStore): void {
  preferences.subscribe(({ theme }) => applyTheme(theme));
  window.matchMedia(systemDark).addEventListener('change', () => applyTheme(preferences.getState().theme));
}
