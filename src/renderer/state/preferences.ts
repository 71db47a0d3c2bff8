/** What the person chose for this console: theme, language, pause of the automatic refresh, last filters. */
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { KeptValues } from './storage.ts';

export const themes = ['system', 'dark', 'light'] as const;
export type Theme = (typeof themes)[number];
export const languages = ['en', 'es'] as const;
export type Language = (typeof languages)[number];

export interface Preferences {
  readonly theme: Theme;
  readonly language: Language;
  readonly isPaused: boolean;
  /** The query part of the KPIs page's address as it was left, without the question mark. */
  readonly kpisQuery: string;
}

export type PreferencesStore = StoreApi<Preferences>;

const key = 'preferences';

export function createPreferences(kept: KeptValues, browserLanguage: string): PreferencesStore {
  const store = createStore<Preferences>(() => readPreferences(kept.read(key), browserLanguage));
  store.subscribe((preferences) => kept.write(key, preferences));
  return store;
}

function readPreferences(value: unknown, browserLanguage: string): Preferences {
  const saved: Partial<Record<keyof Preferences, unknown>> = typeof value === 'object' && value !== null ? value : {};
  return {
    theme: themes.find((theme) => theme === saved.theme) ?? 'system',
    language:
      languages.find((language) => language === saved.language) ??
      (browserLanguage.toLowerCase().startsWith('es') ? 'es' : 'en'),
    isPaused: saved.isPaused === true,
    kpisQuery: typeof saved.kpisQuery === 'string' ? saved.kpisQuery : '',
  };
}
