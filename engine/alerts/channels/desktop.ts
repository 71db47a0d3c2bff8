/** Tells of alerts on the desktop, through whatever the host has for it. */
import type { AlertTransition } from '../../model/alert.ts';
import type { DesktopNotify, NotificationChannel } from '../ports.ts';

const desktopChannelName = 'desktop';

export function desktopChannel(desktop: DesktopNotify): NotificationChannel {
  return {
    name: desktopChannelName,
    async send(transition) {
      await desktop.show({ title: titleOf(transition), body: transition.evidence, ruleId: transition.ruleId });
    },
  };
}

function titleOf({ to, title }: AlertTransition): string {
  return to === 'resolved' ? `Resolved: ${title}` : title;
}
