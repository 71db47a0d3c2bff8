/** The engine answers, and does not know this page: a way in that needs no terminal, only the token. */
import { type FormEvent, type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useEngineLink, useServices } from '../state/services.ts';
import { Banner } from '../ui/Banner.tsx';
import { Button } from '../ui/Button.tsx';

export function SignInBanner(): ReactElement {
  const { t } = useTranslation();
  const { signIn } = useServices();
  const { nextTryAtMs } = useEngineLink();
  const [token, setToken] = useState('');
  const [tried, setTried] = useState<string | null>(null);
  const id = useId();
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    if (token === '') return;
    setTried(token);
    signIn(token);
  };
  const isWrong = tried === token && nextTryAtMs !== null;
  return (
    <Banner
      kind="failed"
      word={t('banner.refused')}
      testId="banner-refused"
      action={
        <form className="sign-in" onSubmit={submit}>
          <label htmlFor={id}>{t('banner.token')}</label>
          <input
            id={id}
            className="input"
            type="password"
            autoComplete="current-password"
            aria-invalid={isWrong}
            value={token}
            onChange={({ target }) => setToken(target.value.trim())}
          />
          <Button type="submit">{t('banner.signIn')}</Button>
        </form>
      }
    >
      {t(isWrong ? 'banner.refusedAgain' : 'banner.refusedText')}
    </Banner>
  );
}
