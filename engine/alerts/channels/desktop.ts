/** Tells of alerts on the desktop, through whatever the host has for it. */
import type { AlertTransition } from '../../model/alert.ts';
import type { DesktopNotify, NotificationChannel } from '../ports.ts';

export function desktopChannel(desktop: DesktopNotify): NotificationChannel {
  return {
    async send({ title, alerts, kind }) {
      const newest = alerts.at(-1);
      const isOfOne = newest !== undefined && alerts.every(({ ruleId }) => ruleId === newest.ruleId);
      await desktop.show({
        title,
        body: isOfOne ? newest.evidence : listOf(alerts),
        ruleId: isOfOne && kind === 'alerts' ? newest.ruleId : null,
        isFiring: isOfOne && kind === 'alerts' && newest.to === 'firing',
      });
    },
  };
}

/** More lines are cut off by most systems. */
const shownTitles = 4;

function listOf(alerts: readonly AlertTransition[]): string {
  const lines = alerts.toReversed().map(({ to, title }) => (to === 'firing' ? title : `Resolved: ${title}`));
  const rest = lines.length - shownTitles;
  return [...lines.slice(0, shownTitles), ...(rest > 0 ? [`+ ${rest}`] : [])].join('\n');
}
