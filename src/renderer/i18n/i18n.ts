/** The texts in the chosen language. */
import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../state/preferences.ts';
import { causesEs } from './causes-es.ts';
import { doctorReasonsEs } from './doctor-reasons-es.ts';
import { en } from './en.ts';
import { es } from './es.ts';
import { happenedSaidEs } from './happened-said-es.ts';
import { noticesEs } from './notices-es.ts';
import { trialEs } from './trial-es.ts';

const i18n = createInstance();

/** Both languages are small and come with the console: the first screen waits for no further file. */
export function startTexts(language: Language): void {
  void i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    // Done before the first render, which happens in this turn.
    initAsync: false,
    resources: {
      en: { translation: en },
      es: {
        translation: {
          ...es,
          said: { ...es.said, ...causesEs, ...doctorReasonsEs, ...happenedSaidEs, ...noticesEs, ...trialEs },
        },
      },
    },
    // React escapes already.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
}

export async function changeLanguage(language: Language): Promise<void> {
  await i18n.changeLanguage(language);
}
