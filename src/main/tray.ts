/** The icon beside the clock: the worst state as its shape and colour, and a menu of what fires. */
import { Menu, type MenuItemConstructorOptions, type NativeImage, nativeImage, Tray } from 'electron';
import { type AlertLanguage, alertTitle } from '../shared/alert-words.ts';
import type { AlertSummary, FiringAlert, WorstState } from './alert-summary.ts';
import type { DesktopTexts } from './texts.ts';
import { trayIcon } from './tray-icon.ts';

/** What the menu may set off. */
export interface TrayActions {
  openConsole(): void;
  openAlert(ruleId: string | null): void;
  /** Null: until it is resumed. */
  pause(forMs: number | null): void;
  resume(): void;
  quit(): void;
}

export interface TrayState {
  readonly summary: AlertSummary;
  readonly pause: { readonly untilMs: number | null; readonly heldCount: number } | null;
  readonly texts: DesktopTexts;
  readonly language: AlertLanguage;
  /** Of the system, for the time of day. */
  readonly locale: string;
}

/** A menu longer than this is no menu; the page has the rest. */
const mostListed = 12;
const hourMs = 3_600_000;
const sidePx = 16;
const severities = ['critical', 'warning', 'info'] as const;
const signs = { critical: '⛔', warning: '⚠', info: 'ℹ' } as const;

export class AlertTray {
  readonly #tray: Tray;
  readonly #actions: TrayActions;
  readonly #images = new Map<WorstState, NativeImage>();
  #shown = '';

  /** Only once the app is ready. @throws Error where the system has no place for it */
  constructor(state: TrayState, actions: TrayActions) {
    this.#actions = actions;
    this.#tray = new Tray(this.#imageOf(state.summary.worst));
    // On macOS and most Linux desktops a click opens the menu.
    this.#tray.on('click', () => actions.openConsole());
    this.show(state);
  }

  show(state: TrayState): void {
    // An open menu must not be taken away while nothing changed.
    const shown = JSON.stringify([state.summary, state.pause, state.language, state.locale]);
    if (shown === this.#shown) return;
    this.#shown = shown;
    const { summary, texts } = state;
    this.#tray.setImage(this.#imageOf(summary.worst));
    this.#tray.setToolTip(`Vigía: ${[texts.worst[summary.worst], countsOf(state)].filter(Boolean).join(' · ')}`);
    this.#tray.setContextMenu(Menu.buildFromTemplate(menuOf(state, this.#actions)));
  }

  close(): void {
    this.#tray.destroy();
  }

  #imageOf(state: WorstState): NativeImage {
    const known = this.#images.get(state);
    if (known) return known;
    const image = nativeImage.createFromBuffer(trayIcon(state, sidePx));
    for (const scaleFactor of [2, 3]) {
      const buffer = trayIcon(state, sidePx * scaleFactor);
      image.addRepresentation({ scaleFactor, width: sidePx * scaleFactor, height: sidePx * scaleFactor, buffer });
    }
    this.#images.set(state, image);
    return image;
  }
}

function countsOf({ summary, texts }: TrayState): string {
  const counts = severities.flatMap((severity) => {
    const count = summary.firing.filter((alert) => alert.severity === severity).length;
    return count === 0 ? [] : [texts.count(severity, count)];
  });
  return counts.join(', ');
}

function menuOf(state: TrayState, actions: TrayActions): MenuItemConstructorOptions[] {
  const { summary, texts } = state;
  const counts = countsOf(state);
  const rest = summary.firing.length - mostListed;
  return [
    { label: texts.worst[summary.worst], enabled: false },
    ...(counts === '' ? [] : [{ label: counts, enabled: false }]),
    ...(summary.heldBackCount === 0 ? [] : [{ label: texts.heldBack(summary.heldBackCount), enabled: false }]),
    { type: 'separator' },
    ...summary.firing.slice(0, mostListed).map((alert) => firingItem(alert, state, actions)),
    ...(rest > 0 ? [{ label: texts.more(rest), click: () => actions.openAlert(null) }] : []),
    ...(summary.firing.length === 0 ? [] : [{ type: 'separator' } as const]),
    { label: texts.openConsole, click: () => actions.openConsole() },
    { label: texts.openAlerts, click: () => actions.openAlert(null) },
    { type: 'separator' },
    ...pauseItems(state, actions),
    { type: 'separator' },
    { label: texts.quit, click: () => actions.quit() },
  ];
}

function firingItem(alert: FiringAlert, state: TrayState, actions: TrayActions): MenuItemConstructorOptions {
  const { ruleId, severity, isAcknowledged } = alert;
  const { texts } = state;
  const title = alertTitle(state.language, alert.title);
  // In a menu an ampersand marks the key of the letter after it.
  const label = `${signs[severity]} ${title}${isAcknowledged ? ` (${texts.acknowledged})` : ''}`.replaceAll('&', '&&');
  return { label, click: () => actions.openAlert(ruleId) };
}

function pauseItems({ pause, texts, locale }: TrayState, actions: TrayActions): MenuItemConstructorOptions[] {
  if (pause === null) {
    return [
      { label: texts.pauseHour, click: () => actions.pause(hourMs) },
      { label: texts.pause, click: () => actions.pause(null) },
    ];
  }
  const until =
    pause.untilMs === null ? null : new Intl.DateTimeFormat(locale, { timeStyle: 'short' }).format(pause.untilMs);
  return [
    { label: texts.paused(until, pause.heldCount), enabled: false },
    { label: texts.resume, click: () => actions.resume() },
  ];
}
