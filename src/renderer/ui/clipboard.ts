/** Copies a text and says so, also to those who cannot see that nothing moved. */
import { useCallback } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../state/announce.ts';
import { useServices } from '../state/services.ts';

/** Answers whether it was copied; never rejects. */
export function useCopy(): (text: string) => Promise<boolean> {
  const { t } = useTranslation();
  const { announcements } = useServices();
  return useCallback(
    async (text) => {
      try {
        await navigator.clipboard.writeText(text);
        announce(announcements, t('part.copied'));
        return true;
      } catch {
        // Refused by the browser, or the page is not in front.
        announce(announcements, t('part.copyFailed'));
        return false;
      }
    },
    [announcements, t],
  );
}
