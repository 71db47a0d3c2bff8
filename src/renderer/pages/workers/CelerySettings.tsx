/** What a Celery worker refuses to run, and the settings it runs with, searched by name or value; secrets are blanked by it. */
import { type ReactElement, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { SearchField } from '../../ui/SearchField.tsx';
import { AnsweredPart } from './AnsweredPart.tsx';
import type { CeleryAnswers } from './worker-rows.ts';

const shownRevoked = 30;

export function CelerySettings({ answers }: { readonly answers: CeleryAnswers | null }): ReactElement {
  const { t } = useTranslation();
  const format = useFormat();
  const [text, setText] = useState('');
  const revoked = answers?.revoked.value ?? [];
  const part = text.trim().toLowerCase();
  const settings = Object.entries(answers?.conf.value ?? {})
    .filter(([name, value]) => `${name} ${value}`.toLowerCase().includes(part))
    .toSorted(([left], [right]) => left.localeCompare(right));
  return (
    <>
      <AnsweredPart
        title={t('workers.node.part.revoked', { text: format.number(revoked.length) })}
        answer={answers?.revoked ?? null}
        testId="celery-revoked"
      >
        <p className="sub">{t('workers.node.revokedMeans')}</p>
        <ul className="plain-list mono">
          {revoked.slice(0, shownRevoked).map((id) => (
            <li key={id}>{id}</li>
          ))}
        </ul>
        {revoked.length > shownRevoked && (
          <p className="sub">{t('workers.node.more', { text: format.number(revoked.length - shownRevoked) })}</p>
        )}
      </AnsweredPart>
      <AnsweredPart title={t('workers.node.part.conf')} answer={answers?.conf ?? null} testId="celery-conf">
        <details>
          <summary>{t('workers.node.showConf', { text: format.number(settings.length) })}</summary>
          <SearchField label={t('workers.node.searchConf')} value={text} onChange={setText} testId="conf-search" />
          <dl className="conf-list mono">
            {settings.map(([name, value]) => (
              <div key={name}>
                <dt>{name}</dt>
                <dd>{value}</dd>
              </div>
            ))}
          </dl>
        </details>
      </AnsweredPart>
    </>
  );
}
