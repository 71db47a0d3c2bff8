/** The state of every link behind the numbers: engine, cache, broker, source, each with icon, word and colour. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../shared/contract.ts';
import { useSourceLabel } from '../format/source-label.ts';
import { useFormat } from '../format/use-format.ts';
import { useEngineLink, useIsCutOff, useIsEngineAway, useLive, useServices } from '../state/services.ts';
import type { EngineLink } from '../transport/link.ts';
import { State, type StateKind } from '../ui/State.tsx';

type System = CallOutput<'system.info'>;
type LinkState = System['links'][number]['state'];

const engineKinds: Record<EngineLink['phase'], StateKind> = {
  connecting: 'refreshing',
  connected: 'fresh',
  disconnected: 'failed',
  refused: 'failed',
};

const linkKinds: Record<LinkState, StateKind> = {
  connecting: 'refreshing',
  ready: 'fresh',
  degraded: 'stale',
  unreachable: 'failed',
  refused: 'failed',
  closed: 'unknown',
};

export function ConnectionCard(): ReactElement {
  const { t } = useTranslation();
  const { system } = useServices();
  const link = useEngineLink();
  const isOffline = useIsEngineAway();
  const isAlone = useIsCutOff();
  const { data } = useLive(system);
  return (
    <section className="connections" aria-label={t('link.title')} data-testid="connections">
      <Line
        name={t('link.engine')}
        kind={isAlone ? 'expired' : engineKinds[link.phase]}
        word={t(isAlone ? 'link.cutOff' : `link.phase.${link.phase}`)}
      />
      {(['cache', 'broker'] as const).map((role) => {
        const view = isOffline ? undefined : data?.links.find((each) => each.role === role);
        const word = t(`link.state.${view?.state ?? 'unknown'}`);
        const title = view ? linkTitle(view, t('link.embedded')) : undefined;
        return (
          <Line
            key={role}
            name={t(`link.${role}`)}
            kind={view ? linkKinds[view.state] : 'unknown'}
            word={word}
            title={title}
          />
        );
      })}
      <SourceLine source={isOffline ? undefined : data?.source} />
      <small>{data ? `${data.pack.title} · ${data.version}` : ' '}</small>
    </section>
  );
}

function SourceLine({ source }: { readonly source: System['source'] | undefined }): ReactElement {
  const { t } = useTranslation();
  const sourceLabel = useSourceLabel();
  const format = useFormat();
  const state = source === undefined ? 'unknown' : source.reachable ? 'ready' : 'unreachable';
  const kind = source === undefined ? 'unknown' : source.reachable ? 'fresh' : 'failed';
  const rows = source?.rowCount ?? null;
  const title =
    source === undefined
      ? undefined
      : [sourceLabel(source), rows === null ? null : t('link.rows', { rows: format.number(rows) }), source.problem]
          .filter((part) => part !== null)
          .join(' · ');
  return <Line name={t('link.source')} kind={kind} word={t(`link.state.${state}`)} title={title} />;
}

function linkTitle(view: System['links'][number], embeddedWord: string): string {
  const version = view.version === null ? null : `Redis ${view.version}`;
  const where = view.embedded ? embeddedWord : view.address;
  return [where, version, view.problem].filter((part) => part !== null).join(' · ');
}

interface LineProps {
  readonly name: string;
  readonly kind: StateKind;
  readonly word: string;
  readonly title?: string | undefined;
}

function Line({ name, kind, word, title }: LineProps): ReactElement {
  return (
    <div className="connection" title={title}>
      <span>{name}</span>
      <State kind={kind} word={word} />
    </div>
  );
}
