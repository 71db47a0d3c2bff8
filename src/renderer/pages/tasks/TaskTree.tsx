/** The tasks that belong together (a chain, a group, a chord, retries of a parent), as the tree of who called whom. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { RunTime } from './RunTime.tsx';
import { TaskState } from './TaskState.tsx';
import type { TaskDetail } from './tasks-model.ts';

type Node = TaskDetail['tree'][number];

interface TaskTreeProps {
  readonly nodes: readonly Node[];
  readonly isCut: boolean;
  readonly chosen: string;
  readonly onOpen: (taskId: string) => void;
  readonly testId?: string;
}

export function TaskTree({ nodes, isCut, chosen, onOpen, testId = 'task-tree' }: TaskTreeProps): ReactElement {
  const { t } = useTranslation();
  return (
    <div data-testid={testId}>
      <ul className="task-tree">
        {inTree(nodes).map(({ node, depth }) => (
          <li key={node.taskId} style={{ paddingLeft: Math.min(depth, 8) * 16 }}>
            <TaskState task={node} />{' '}
            {node.taskId === chosen ? (
              <b>{node.name ?? '—'}</b>
            ) : (
              <button type="button" className="row-link" onClick={() => onOpen(node.taskId)}>
                {node.name ?? '—'}
              </button>
            )}{' '}
            <span className="mono sub">{node.taskId.slice(0, 8)}</span>{' '}
            <span className="sub num">
              <RunTime task={{ ...node, runtimeMs: null }} />
            </span>
          </li>
        ))}
      </ul>
      {isCut && <p className="sub">{t('celery.treeCut')}</p>}
    </div>
  );
}

/** Each node after its parent, with how deep it stands; parents that are not known make roots, and a circle ends. */
function inTree(nodes: readonly Node[]): { node: Node; depth: number }[] {
  const byId = new Map(nodes.map((node) => [node.taskId, node]));
  const childrenOf = new Map<string | null, Node[]>();
  for (const node of nodes) {
    const parent = node.parentId !== null && byId.has(node.parentId) ? node.parentId : null;
    childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), node]);
  }
  const placed: { node: Node; depth: number }[] = [];
  const seen = new Set<string>();
  const rest = (childrenOf.get(null) ?? []).map((node) => ({ node, depth: 0 })).toReversed();
  for (let next = rest.pop(); next !== undefined; next = rest.pop()) {
    if (seen.has(next.node.taskId)) continue;
    seen.add(next.node.taskId);
    placed.push(next);
    const depth = next.depth + 1;
    rest.push(...(childrenOf.get(next.node.taskId) ?? []).map((node) => ({ node, depth })).toReversed());
  }
  return placed;
}
