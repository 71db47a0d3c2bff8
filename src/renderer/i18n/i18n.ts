/** The texts in the chosen language; only the language in use is loaded. */
import { createInstance } from 'i18next';
import { initReactI18next } from 'react-i18next';
import type { Language } from '../state/preferences.ts';
import type { en } from './en.ts';
import type { KpiId, KpiText } from './kpis-en.ts';

/** The shape of the English texts with any text in each place: what a translation must fill. */
export type Texts = Translated<Omit<typeof en, 'kpi'>> & { readonly kpi: Record<KpiId, KpiText> };
type Translated<Value> = Value extends string ? string : { readonly [Key in keyof Value]: Translated<Value[Key]> };

const loaders: Record<Language, () => Promise<Texts>> = {
  en: async () => (await import('./en.ts')).en,
  es: async () => (await import('./es.ts')).es,
};

const i18n = createInstance();

export async function startTexts(language: Language): Promise<void> {
  const texts = await loaders[language]();
  await i18n.use(initReactI18next).init({
    lng: language,
    fallbackLng: false,
    resources: { [language]: { translation: texts } },
    // React escapes already.
    interpolation: { escapeValue: false },
    react: { useSuspense: false },
  });
}

export async function changeLanguage(language: Language): Promise<void> {
  if (!i18n.hasResourceBundle(language, 'translation')) {
    i18n.addResourceBundle(language, 'translation', await loaders[language]());
  }
  await i18n.changeLanguage(language);
}
