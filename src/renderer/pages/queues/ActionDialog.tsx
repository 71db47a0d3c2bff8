/** Shows what an action would touch and cost, and begins it once that has been seen; its progress stands on the page. */
import { type ReactElement, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useFormat } from '../../format/use-format.ts';
import { useCommand } from '../../state/calls.ts';
import { describeError } from '../../state/live-query.ts';
import { useServices } from '../../state/services.ts';
import { ConfirmDialog } from '../../ui/ConfirmDialog.tsx';
import { State } from '../../ui/State.tsx';
import { type ActionPlan, type ActionRequest, latencyText, queueTitle } from './queues-model.ts';

interface ActionDialogProps {
  readonly request: ActionRequest;
  readonly onClose: () => void;
}

export function ActionDialog({ request, onClose }: ActionDialogProps): ReactElement {
  const { t } = useTranslation();
  const { client } = useServices();
  const run = useCommand('queueActions.run');
  const [plan, setPlan] = useState<ActionPlan | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    let isOpen = true;
    client.call('queueActions.plan', { request }).then(
      (made) => isOpen && setPlan(made),
      (error: unknown) => isOpen && setProblem(describeError(error).message),
    );
    return () => {
      isOpen = false;
    };
  }, [client, request]);
  const begin = async (): Promise<void> => {
    if (plan === null) return;
    const { error } = await run.run({
      planId: plan.planId,
      request: plan.request,
      confirmation: plan.confirmation ?? '',
    });
    if (error === null) onClose();
  };
  const name = t(`queues.act.${request.action}`);
  const blocked = plan === null ? t(problem === null ? 'queues.planning' : 'queues.notPlanned') : plan.refused;
  return (
    <ConfirmDialog
      title={
        plan === null ? name : t('queues.actTitle', { action: name, queues: plan.queues.map(queueTitle).join(', ') })
      }
      confirmLabel={name}
      facts={useFacts(plan)}
      {...(plan?.confirmation === null || plan === null ? {} : { typed: plan.confirmation })}
      blockedBecause={blocked}
      isRunning={run.isRunning}
      error={problem ?? run.error ?? plan?.refused ?? null}
      onConfirm={() => void begin()}
      onClose={onClose}
      testId="action-dialog"
    >
      {plan?.warnings.map((warning) => (
        <p key={warning}>
          <State kind="stale" word={warning} />
        </p>
      ))}
    </ConfirmDialog>
  );
}

function useFacts(plan: ActionPlan | null): { name: string; value: string }[] {
  const { t } = useTranslation();
  const format = useFormat();
  const { jobCount, exact, cost } = plan ?? {};
  return [
    {
      name: t('queues.cost.jobs'),
      value: jobCount === undefined ? '…' : `${exact === true ? '' : '≤ '}${format.number(jobCount)}`,
    },
    { name: t('queues.cost.steps'), value: cost === undefined ? '…' : format.number(cost.steps) },
    { name: t('queues.cost.commands'), value: cost === undefined ? '…' : format.number(cost.commandCount) },
    {
      name: t('queues.cost.time'),
      value: cost === undefined ? '…' : `≈ ${latencyText(cost.estimatedMs, format.number)}`,
    },
  ];
}
