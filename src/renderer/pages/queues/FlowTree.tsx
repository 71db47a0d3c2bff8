/** The tree of jobs that one belongs to, from its root; each opens in its place. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallOutput } from '../../../shared/contract.ts';
import { useLiveCall } from '../../state/calls.ts';
import { State } from '../../ui/State.tsx';
import { jobStateKinds, type QueueId, queueTitle } from './queues-model.ts';

type Node = CallOutput<'jobs.flow'>['root'];

interface FlowTreeProps {
  readonly queue: QueueId;
  readonly jobId: string;
  readonly onOpen: (job: { readonly queue: QueueId; readonly jobId: string }) => void;
}

export function FlowTree({ queue, jobId, onOpen }: FlowTreeProps): ReactElement | null {
  const { t } = useTranslation();
  const { data, error } = useLiveCall('jobs.flow', { queue, jobId }, { topics: ['queues.sampled'], periodMs: 10_000 });
  if (error !== null && data === null) return <State kind="failed" word={error.message} />;
  if (data === null) return null;
  return (
    <>
      <ul className="flow-tree">
        <Branch node={data.root} onOpen={onOpen} />
      </ul>
      {data.truncated && <p className="sub">{t('queues.flowCut')}</p>}
    </>
  );
}

function Branch({ node, onOpen }: { readonly node: Node; readonly onOpen: FlowTreeProps['onOpen'] }): ReactElement {
  const { t } = useTranslation();
  const { state, missing, children, hiddenChildCount } = node;
  return (
    <li>
      <button
        type="button"
        className="row-link"
        aria-current={node.asked || undefined}
        onClick={() => onOpen({ queue: node.queue, jobId: node.jobId })}
      >
        {node.name ?? node.jobId}
      </button>{' '}
      <State
        kind={missing || state === null ? 'unknown' : jobStateKinds[state]}
        word={missing || state === null ? t('queues.gone') : t(`queues.state.${state}`)}
      />{' '}
      <span className="sub">
        {queueTitle(node.queue)} · {node.jobId}
      </span>
      {(children.length > 0 || hiddenChildCount > 0) && (
        <ul>
          {children.map((child) => (
            <Branch key={`${queueTitle(child.queue)}/${child.jobId}`} node={child} onOpen={onOpen} />
          ))}
          {hiddenChildCount > 0 && <li className="sub">{t('queues.hiddenChildren', { count: hiddenChildCount })}</li>}
        </ul>
      )}
    </li>
  );
}
