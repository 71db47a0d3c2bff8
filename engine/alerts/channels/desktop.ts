/** Tells of alerts on the desktop, through whatever the host has for it; the host finds the words. */
import type { DesktopNotify, NotificationChannel } from '../ports.ts';

/** @param hasOwnTitle the channel has a template for the title */
export function desktopChannel(desktop: DesktopNotify, hasOwnTitle: boolean): NotificationChannel {
  return {
    async send({ title, alerts, kind, isRepeat }) {
      await desktop.show({ title: hasOwnTitle ? title : null, kind, isRepeat, alerts });
    },
  };
}
