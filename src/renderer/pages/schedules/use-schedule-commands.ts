/** Puts this page's actions into the command palette. */
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { announce } from '../../state/announce.ts';
import { describeError } from '../../state/live-query.ts';
import { useIsOffline, useServices } from '../../state/services.ts';
import type { Schedule } from './schedules-model.ts';

export function useScheduleCommands(schedules: readonly Schedule[], onAdd: () => void): void {
  const { t } = useTranslation();
  const { client, commands, announcements } = useServices();
  const isDisabled = useIsOffline();
  useEffect(
    () =>
      commands.provide('schedules', [
        { id: 'schedule-add', group: 'actions', title: t('schedules.add'), isDisabled, run: onAdd },
        ...schedules.map(({ id, title }) => ({
          id: `schedule-run-${id}`,
          group: 'actions' as const,
          title: t('schedules.runNow'),
          hint: title,
          isDisabled,
          run: () =>
            void client.call('schedules.run', { id }).then(
              () => announce(announcements, t('schedules.begun', { title })),
              (error: unknown) => announce(announcements, describeError(error).message),
            ),
        })),
      ]),
    [client, commands, announcements, schedules, isDisabled, onAdd, t],
  );
}
