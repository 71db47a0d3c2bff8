/** Who acts on the schedules: this console, another one, or nobody that is known of. */
import type { ReactElement } from 'react';
import { useTranslation } from 'react-i18next';
import { State } from '../../ui/State.tsx';
import { roleKinds, type SchedulerStatus } from './schedules-model.ts';

interface SchedulerRoleProps {
  readonly status: SchedulerStatus;
  readonly isOffline: boolean;
}

export function SchedulerRole({ status, isOffline }: SchedulerRoleProps): ReactElement {
  const { t } = useTranslation();
  const { role, acting, others } = status;
  if (isOffline) return <State kind="expired" word={t('state.lastKnown')} />;
  const word =
    role === 'standby' && acting !== null
      ? t('schedules.role.standbyOf', { host: acting.host, pid: acting.pid })
      : t(`schedules.role.${role}`);
  return (
    <>
      <span data-testid="scheduler-role">
        <State kind={roleKinds[role]} word={word} title={t(`schedules.roleMeans.${role}`)} />
      </span>
      {others.length > 0 && (
        <span className="sub" data-testid="scheduler-others">
          {t('schedules.others', {
            count: others.length,
            names: others.map((seat) => `${seat.host}:${seat.pid}`).join(', '),
          })}
        </span>
      )}
    </>
  );
}
