/** Asks before workers of Celery are told to do something, sends it, and shows what each of them answered. */
import { type ReactElement, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import { useCommand } from '../../state/calls.ts';
import { connectionOfBroker, useOperate } from '../../state/operate.ts';
import { Button } from '../Button.tsx';
import { ConfirmDialog } from '../ConfirmDialog.tsx';
import { Dialog } from '../Dialog.tsx';
import { OperateLock } from '../OperateLock.tsx';
import { State, type StateKind } from '../State.tsx';

export type ControlRequest = CallInput<'celery.control'>;
export type ControlAction = ControlRequest['action'];
type Result = CallOutput<'celery.control'>;

interface ControlDialogProps {
  readonly request: ControlRequest;
  /** Where the action is entered; what it makes of it is then not told twice. */
  readonly form?: ReactNode;
  /** Why the action cannot be sent as it was entered. */
  readonly problem?: string | null;
  readonly onClose: () => void;
}

const outcomeKinds: Record<Result['answers'][number]['outcome'], StateKind> = {
  ok: 'fresh',
  told: 'fresh',
  error: 'failed',
  unclear: 'unknown',
  no_reply: 'unknown',
};

export function ControlDialog({ request, form, problem = null, onClose }: ControlDialogProps): ReactElement {
  const { t } = useTranslation();
  const control = useCommand('celery.control');
  const { blocked } = useOperate(connectionOfBroker(request.brokerId));
  const [result, setResult] = useState<Result | null>(null);
  const actionFacts = useActionFacts(request.action);
  const { action, nodes, brokerId } = request;
  const title = t(`celery.act.${action.kind}`);
  if (result !== null) return <Answers title={title} result={result} onClose={onClose} />;
  const send = async (): Promise<void> => {
    const { output } = await control.run(request);
    if (output !== null) setResult(output);
  };
  const [node] = nodes;
  return (
    <ConfirmDialog
      title={title}
      confirmLabel={title}
      facts={[
        {
          name: t('celery.control.to'),
          value: nodes.length === 0 ? t('celery.control.all') : nodes.join(', '),
        },
        ...actionFacts.filter(({ isEntered }) => form === undefined || !isEntered),
      ]}
      {...(action.kind === 'shutdown' && node !== undefined ? { typed: node } : {})}
      blockedBecause={blocked ?? problem}
      more={form}
      isRunning={control.isRunning}
      error={control.error}
      onConfirm={() => void send()}
      onClose={onClose}
      testId="celery-control"
    >
      <p>{t(`celery.means.${meaningOf(action)}`)}</p>
      <OperateLock connectionId={connectionOfBroker(brokerId)} isInline />
    </ConfirmDialog>
  );
}

function meaningOf(action: ControlAction): ControlAction['kind'] | 'terminate' {
  return action.kind === 'revoke' && action.terminate === true ? 'terminate' : action.kind;
}

interface ActionFact {
  readonly name: string;
  readonly value: string;
  /** Not given by what the action is for. */
  readonly isEntered: boolean;
}

function useActionFacts(action: ControlAction): ActionFact[] {
  const { t } = useTranslation();
  const fact = (name: Parameters<typeof nameOf>[0], value: string): ActionFact => ({
    name: nameOf(name),
    value,
    isEntered: name !== 'task' && name !== 'tasks',
  });
  const nameOf = (
    name: 'task' | 'tasks' | 'signal' | 'rate' | 'soft' | 'hard' | 'by' | 'range' | 'queue' | 'exchange',
  ): string => t(`celery.control.${name}`);
  const seconds = (value: number | null): string => (value === null ? t('celery.control.none') : `${value} s`);
  switch (action.kind) {
    case 'revoke':
      return [
        fact('tasks', action.taskIds.join(', ')),
        ...(action.terminate === true ? [fact('signal', action.signal ?? 'SIGTERM')] : []),
      ];
    case 'rate_limit':
      return [fact('task', action.task), fact('rate', action.rate ?? t('celery.control.none'))];
    case 'time_limit':
      return [fact('task', action.task), fact('soft', seconds(action.softS)), fact('hard', seconds(action.hardS))];
    case 'pool_grow':
    case 'pool_shrink':
      return [fact('by', String(action.by))];
    case 'autoscale':
      return [fact('range', `${action.min} – ${action.max}`)];
    case 'add_consumer':
      return [fact('queue', action.queue), ...(action.exchange ? [fact('exchange', action.exchange)] : [])];
    case 'cancel_consumer':
      return [fact('queue', action.queue)];
    case 'enable_events':
    case 'disable_events':
    case 'shutdown':
      return [];
  }
}

interface AnswersProps {
  readonly title: string;
  readonly result: Result;
  readonly onClose: () => void;
}

function Answers({ title, result, onClose }: AnswersProps): ReactElement {
  const { t } = useTranslation();
  return (
    <Dialog title={title} className="confirm" onClose={onClose}>
      <div data-testid="celery-answers">
        <p className="sub">{t('celery.control.listeners', { count: result.listeners })}</p>
        <ul className="plain-list">
          {result.answers.map(({ node, outcome, words }) => (
            <li key={node}>
              <State kind={outcomeKinds[outcome]} word={t(`celery.outcome.${outcome}`)} /> <b>{node}</b>{' '}
              <span className="sub">{words}</span>
            </li>
          ))}
          {result.answers.length === 0 && (
            <li>
              <State kind="unknown" word={t('celery.outcome.nobody')} />
            </li>
          )}
        </ul>
        <div className="actions">
          <Button look="primary" data-testid="answers-close" onClick={onClose}>
            {t('part.close')}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
