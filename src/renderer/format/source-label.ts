/** The source by its name: what is generated has a name in each language, what is the user's own keeps its label. */
import { useTranslation } from 'react-i18next';

export function useSourceLabel(): (source: { readonly label: string; readonly demo: boolean }) => string {
  const { t } = useTranslation();
  return ({ label, demo }) => (demo ? t('kpis.demo') : label);
}
