/** Sends a registered task to a queue with arguments as JSON; what is no JSON is said before it is sent. */
import { type ReactElement, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useCommand } from '../../state/calls.ts';
import { connectionOfBroker, useOperate } from '../../state/operate.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { OperateLock } from '../../ui/OperateLock.tsx';
import type { Queue } from './tasks-model.ts';

interface SendDialogProps {
  readonly queue: Queue;
  readonly taskNames: readonly string[];
  readonly onOpenTask: (taskId: string) => void;
  readonly onClose: () => void;
}

export function SendDialog({ queue, taskNames, onOpenTask, onClose }: SendDialogProps): ReactElement {
  const { t } = useTranslation();
  const send = useCommand('celery.send');
  const id = useId();
  const connectionId = connectionOfBroker(queue.brokerId);
  const { blocked } = useOperate(connectionId);
  const [task, setTask] = useState('');
  const [args, setArgs] = useState('[]');
  const [kwargs, setKwargs] = useState('{}');
  const problem =
    task.trim() === ''
      ? t('celery.sendNoTask')
      : !isJson(args, Array.isArray)
        ? t('celery.sendArgs')
        : isJson(kwargs, (value) => typeof value === 'object' && value !== null && !Array.isArray(value))
          ? null
          : t('celery.sendKwargs');
  const run = async (): Promise<void> => {
    const { brokerId, name } = queue;
    const { output } = await send.run({ brokerId, queue: name, task: task.trim(), args, kwargs });
    if (output === null) return;
    onClose();
    onOpenTask(output.taskId);
  };
  return (
    <ConfirmDialog
      title={t('celery.sendTitle', { queue: queue.name })}
      confirmLabel={t('celery.send')}
      blockedBecause={blocked ?? problem}
      isRunning={send.isRunning}
      error={send.error}
      onConfirm={() => void run()}
      onClose={onClose}
      testId="celery-send"
    >
      <OperateLock connectionId={connectionId} isInline />
      <div className="send-form">
        <label className="field">
          <span>{t('celery.column.name')}</span>
          <input
            className="input"
            list={id}
            value={task}
            autoComplete="off"
            spellCheck={false}
            onChange={(event) => setTask(event.target.value)}
            data-testid="send-task"
          />
        </label>
        <datalist id={id}>
          {taskNames.map((name) => (
            <option key={name} value={name} />
          ))}
        </datalist>
        {(
          [
            ['args', args, setArgs],
            ['kwargs', kwargs, setKwargs],
          ] as const
        ).map(([name, value, set]) => (
          <label key={name} className="field">
            <span className="mono">{name}</span>
            <textarea
              className="input mono"
              rows={3}
              value={value}
              spellCheck={false}
              onChange={(event) => set(event.target.value)}
              data-testid={`send-${name}`}
            />
          </label>
        ))}
        {problem !== null && <p className="sub">{problem}</p>}
      </div>
    </ConfirmDialog>
  );
}

function isJson(text: string, fits: (value: unknown) => boolean): boolean {
  try {
    return fits(JSON.parse(text));
  } catch {
    return false;
  }
}
