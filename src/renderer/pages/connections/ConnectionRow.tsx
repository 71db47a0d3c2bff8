/** One connection: what it is, how its link stands now, whether it is observed or operated, and who set it. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { Connection } from '../../state/operate.ts';
import { routeHref } from '../../state/route.ts';
import { useIsOffline, useNow } from '../../state/services.ts';
import { Age } from '../../ui/Age.tsx';
import { Button } from '../../ui/Button.tsx';
import { ConnectionMark } from '../../ui/connections/ConnectionMark.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import { State, type StateKind } from '../../ui/State.tsx';

interface ConnectionRowProps {
  readonly connection: Connection;
  readonly onEdit: () => void;
  readonly onRemove: () => void;
}

const linkKinds: Record<Connection['link']['state'], StateKind> = {
  connecting: 'refreshing',
  ready: 'fresh',
  degraded: 'stale',
  unreachable: 'failed',
  refused: 'failed',
  closed: 'unknown',
};

export function ConnectionRow({ connection, onEdit, onRemove }: ConnectionRowProps): ReactElement {
  const { t } = useTranslation();
  const isOffline = useIsOffline();
  const { id, topology, environment, builtIn, link, purposes, url } = connection;
  const offline = isOffline ? t('offlineBlocked') : null;
  return (
    <li className="card connection-row" data-environment={environment} data-testid={`connection-${id}`}>
      <div className="connection-what">
        <h2>
          <ConnectionMark connection={connection} />
        </h2>
        <span className="mono sub url">{link.embedded ? t('connections.embedded') : url}</span>
        <span className="connection-tags">
          <span className="tag">{t(`connections.kind.${topology}`)}</span>
          {url.startsWith('rediss') && <span className="tag">TLS</span>}
          {environment !== 'production' && environment !== 'other' && (
            <span className="tag">{t(`part.connection.environment.${environment}`)}</span>
          )}
          {purposes.map((purpose) => (
            <span className="sub" key={purpose}>
              {t(`part.connection.purpose.${purpose}`)}
            </span>
          ))}
        </span>
      </div>
      <Link connection={connection} isOffline={isOffline} />
      <div className="connection-access">
        <OperateLock connectionId={id} />
        <Secret connection={connection} />
      </div>
      <div className="connection-actions">
        <a className="button small quiet" href={routeHref('redis', `of=${encodeURIComponent(id)}`)}>
          {t('connections.health')}
        </a>
        {builtIn ? (
          <span className="sub" data-testid="connection-set-by">
            {connection.setBy === null ? (
              t('connections.setByItself')
            ) : (
              <>
                {t('connections.setBy')} <code className="mono">{connection.setBy}</code>
              </>
            )}
          </span>
        ) : (
          <>
            <Button isSmall blockedBecause={offline} onClick={onEdit} data-testid="connection-edit">
              {t('connections.edit')}
            </Button>
            <Button isSmall look="quiet" blockedBecause={offline} onClick={onRemove} data-testid="connection-remove">
              {t('connections.remove')}
            </Button>
          </>
        )}
      </div>
    </li>
  );
}

interface LinkProps {
  readonly connection: Connection;
  readonly isOffline: boolean;
}

/** The state machine of the link: which state, since when, why, and when it is tried again. */
function Link({ connection: { link }, isOffline }: LinkProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div className="connection-link" data-testid="connection-link">
      <span>
        <State
          kind={isOffline ? 'expired' : linkKinds[link.state]}
          word={isOffline ? t('state.lastKnown') : t(`link.state.${link.state}`)}
        />{' '}
        <span className="sub num">
          <Age atMs={link.sinceMs} />
          {link.version !== null && ` · ${link.version}`}
        </span>
      </span>
      {link.problem !== null && <span className="why">{link.problem}</span>}
      {link.nextTryAtMs !== null && !isOffline && <NextTry atMs={link.nextTryAtMs} />}
    </div>
  );
}

function NextTry({ atMs }: { readonly atMs: number }): ReactElement {
  const { t } = useTranslation();
  const text = useNow((nowMs) =>
    atMs - nowMs > 1_000
      ? t('connections.nextTry', { seconds: Math.round((atMs - nowMs) / 1_000) })
      : t('connections.trying'),
  );
  return <span className="sub num">{text}</span>;
}

/** Where the password is kept, never the password. */
function Secret({ connection }: { readonly connection: Connection }): ReactElement {
  const { t } = useTranslation();
  const { username, hasPassword, setBy } = connection;
  const who = username === null ? t('connections.defaultUser') : t('connections.asUser', { name: username });
  const secret = hasPassword
    ? setBy === null
      ? t('connections.passwordKept')
      : t('connections.passwordFrom', { name: setBy })
    : t('connections.noPassword');
  return (
    <span className="sub">
      {who} · {secret}
    </span>
  );
}
