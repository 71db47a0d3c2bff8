/** The five links a KPI passes on its way to the screen, with what flows between them; a broken one stands out. */
import { Fragment, type ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { useSaid } from '../../format/use-said.ts';
import { routeHref } from '../../state/route.ts';
import { Card } from '../../ui/Card.tsx';
import { State } from '../../ui/State.tsx';
import { type ChainNode, healthKinds, type Overview } from './overview-model.ts';

const nodeIds = ['source', 'workers', 'broker', 'cache', 'kpis'] as const;

interface ChainProps {
  readonly overview: Overview | null;
  readonly isOffline: boolean;
}

export function Chain({ overview, isOffline }: ChainProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Card title={t('overview.chain')} note={t('overview.chainNote')} testId="chain">
      <ol className="chain">
        {nodeIds.map((id, index) => {
          const node = overview?.chain.find((each) => each.id === id);
          return (
            <Fragment key={id}>
              <Node id={id} node={node} isOffline={isOffline} />
              {index < nodeIds.length - 1 && <Flow node={node} isOffline={isOffline} />}
            </Fragment>
          );
        })}
      </ol>
    </Card>
  );
}

/** Where each link is shown in depth; what is wrong with a source is the doctor's to say. */
const linkOf = {
  source: routeHref('doctor'),
  workers: routeHref('workers'),
  broker: routeHref('redis', 'of=broker'),
  cache: routeHref('redis', 'of=cache'),
  kpis: routeHref('kpis'),
} as const;

interface NodeProps {
  readonly id: (typeof nodeIds)[number];
  readonly node: ChainNode | undefined;
  readonly isOffline: boolean;
}

function Node({ id, node, isOffline }: NodeProps): ReactElement {
  const { t } = useTranslation();
  const speak = useSaid();
  const isBad = node?.state === 'failed' && !isOffline;
  const lines = node?.said?.map((each) => speak(each, '')) ?? node?.facts ?? [];
  return (
    <li className={isBad ? 'node bad' : 'node'} data-testid={`node-${id}`} data-health={node?.state ?? 'unknown'}>
      <h3>
        <a href={linkOf[id]} title={t(`overview.openNode.${id}`)} data-testid={`open-node-${id}`}>
          {t(`overview.node.${id}`)}
        </a>
        {node === undefined ? (
          <State kind="unknown" word={t('state.unknown')} />
        ) : (
          <State
            kind={isOffline ? 'expired' : healthKinds[node.state]}
            word={
              isOffline
                ? t('state.lastKnown')
                : speak(node.wordSaid, t(`overview.word.${node.word}`, { defaultValue: node.word }))
            }
          />
        )}
      </h3>
      {lines.map((line) => (
        <div key={line}>{line}</div>
      ))}
    </li>
  );
}

function Flow({
  node,
  isOffline,
}: {
  readonly node: ChainNode | undefined;
  readonly isOffline: boolean;
}): ReactElement {
  const { t } = useTranslation();
  const isBad = node?.state === 'failed' && !isOffline;
  const speak = useSaid();
  const flow = isOffline || typeof node?.flow !== 'string' ? null : speak(node.flowSaid, node.flow);
  const [count = '', ...unit] = (flow ?? '').split(' ');
  return (
    <li className={isBad ? 'flow bad' : 'flow'} {...(flow === null ? {} : { title: t('overview.flow', { flow }) })}>
      <b>{count}</b> <span>{unit.join(' ')}</span>
    </li>
  );
}
