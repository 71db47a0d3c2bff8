/** A connection's name with its mark; production is written out, so that nobody takes it for another. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../state/operate.ts';
import './connections.css';

export function ConnectionMark({ connection }: { readonly connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const { name, colour, environment } = connection;
  return (
    <span className="connection-mark" data-environment={environment}>
      <i className={`mark mark-${colour}`} aria-hidden="true" />
      <b>{name}</b>
      {environment === 'production' && <span className="tag is-production">{t('part.operate.production')}</span>}
    </span>
  );
}
