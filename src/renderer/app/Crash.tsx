/** What stands in a page's place when it failed: what happened, and the way to try again. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { Button } from '../ui/Button.tsx';

export function Crash({ message }: { readonly message: string }): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="card crash" role="alert">
      <p>{t('app.crashed', { message })}</p>
      <Button onClick={() => window.location.reload()}>{t('app.reload')}</Button>
    </div>
  );
}
