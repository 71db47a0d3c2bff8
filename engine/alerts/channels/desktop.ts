/** Tells of alerts on the desktop, through whatever the host has for it. */
import type { DesktopNotify, NotificationChannel } from '../ports.ts';

export function desktopChannel(desktop: DesktopNotify): NotificationChannel {
  return {
    async send({ title, alerts }) {
      // Messages are one a rule here, so the newest is how it stands.
      const newest = alerts.at(-1);
      await desktop.show({ title, body: newest?.evidence ?? '', ruleId: newest?.ruleId ?? '' });
    },
  };
}
