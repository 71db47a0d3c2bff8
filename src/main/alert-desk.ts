/** The alerts on the desktop: keeps notifications and the tray in step with the engine, and leads from both to the page. */
import { app } from 'electron';
import type { Dispatch } from '../shared/dispatcher.ts';
import type { HostedEngine } from '../shared/hosted-engine.ts';
import { AlertNotifications } from './alert-notifications.ts';
import { type AlertSummary, nothingKnown, readAlertSummary } from './alert-summary.ts';
import { type DeskState, readDeskState, writeDeskState } from './desk-state.ts';
import { type AlertNotice, wordedNotice } from './notice-words.ts';
import { type DesktopTexts, desktopTexts, languageOf } from './texts.ts';
import { AlertTray } from './tray.ts';

interface DeskOptions {
  /** Where the language and the pause are kept over restarts. */
  readonly stateFile: string;
  /** Brings the window to the front, on that page (`alerts?tab=…`) or where it was. */
  readonly showPage: (page: string | null) => void;
  readonly dispatch: Promise<Dispatch>;
  readonly onProblem: (what: string, error: unknown) => void;
}

/** Ages and silences end without a message. */
const refreshEveryMs = 15_000;
const caller = { transport: 'ipc', name: 'desktop' } as const;

export class AlertDesk {
  readonly #options: DeskOptions;
  readonly #notifications: AlertNotifications;
  #engine: HostedEngine | null = null;
  #summary: AlertSummary = nothingKnown;
  #tray: AlertTray | null = null;
  #reading: Promise<void> | null = null;
  #isStale = false;
  #language: DeskState['language'];
  readonly #stops: (() => void)[] = [];

  constructor(options: DeskOptions) {
    this.#options = options;
    const kept = readDeskState(options.stateFile);
    this.#language = kept.language;
    this.#notifications = new AlertNotifications({
      texts: () => this.#texts,
      pause: kept.pause,
      openAlert: (ruleId) => void this.#openAlert(ruleId),
      command: async (name, input) => (await options.dispatch)(name, input, caller),
      onChanged: () => {
        this.#keep();
        this.#draw();
      },
      onProblem: options.onProblem,
    });
  }

  /** True once there is an icon from which the program can be brought back. */
  get hasTray(): boolean {
    return this.#tray !== null;
  }

  /** @throws Error where the system shows no notifications */
  tell(notice: AlertNotice): void {
    this.#notifications.show(wordedNotice(notice, this.#spoken, this.#texts));
  }

  sayItGoesOn(): void {
    this.#notifications.say(this.#texts.goesOn, this.#texts.goesOnBody);
  }

  /** As the page does from now on, and the next start until a page says otherwise. */
  speak(language: 'en' | 'es'): void {
    if (language === this.#language) return;
    this.#language = language;
    this.#keep();
    this.#draw();
  }

  /** Once the app is ready. A system without a place for icons is no reason not to start. */
  openTray(): void {
    try {
      this.#tray = new AlertTray(this.#state(), {
        openConsole: () => this.#options.showPage(null),
        openAlert: (ruleId) => void this.#openAlert(ruleId),
        pause: (forMs) => this.#notifications.pauseFor(forMs),
        resume: () => this.#notifications.resume(),
        quit: () => app.quit(),
      });
    } catch (error) {
      this.#options.onProblem('tray', error);
    }
  }

  follow(engine: HostedEngine): void {
    this.#engine = engine;
    this.#stops.push(engine.on('alerts.changed', () => void this.#refresh()));
    const timer = setInterval(() => void this.#refresh(), refreshEveryMs);
    timer.unref();
    this.#stops.push(() => clearInterval(timer));
    void this.#refresh();
  }

  close(): void {
    for (const stop of this.#stops.splice(0)) stop();
    this.#engine = null;
    this.#tray?.close();
    this.#tray = null;
  }

  /** One reading at a time; what changes meanwhile is read after it. */
  #refresh(): Promise<void> {
    this.#isStale = true;
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  async #readAll(): Promise<void> {
    while (this.#isStale && this.#engine !== null) {
      this.#isStale = false;
      try {
        this.#summary = await readAlertSummary(this.#engine.handlers, Date.now());
      } catch (error) {
        this.#summary = nothingKnown;
        this.#options.onProblem('tray', error);
      }
      this.#draw();
    }
  }

  #draw(): void {
    this.#tray?.show(this.#state());
  }

  #keep(): void {
    const state: DeskState = { language: this.#language, pause: this.#notifications.pause };
    writeDeskState(this.#options.stateFile, state, (error) => this.#options.onProblem('desktop', error));
  }

  /** The page's language; before any page said it, the system's. */
  get #spoken(): 'en' | 'es' {
    return this.#language ?? languageOf(app.getLocale());
  }

  get #texts(): DesktopTexts {
    return desktopTexts[this.#spoken];
  }

  #state(): Parameters<AlertTray['show']>[0] {
    return {
      ...{ summary: this.#summary, pause: this.#notifications.pause, texts: this.#texts },
      ...{ language: this.#spoken, locale: app.getLocale() },
    };
  }

  /** The change with which it began to fire, in full; without one, the list of what is not well. */
  async #openAlert(ruleId: string | null): Promise<void> {
    this.#options.showPage(ruleId === null ? 'alerts' : await this.#pageOf(ruleId));
  }

  async #pageOf(ruleId: string): Promise<string> {
    const dispatch = await this.#options.dispatch;
    const answer = await dispatch('alerts.history', { ruleId, to: 'firing', limit: 1 }, caller);
    const page = answer.ok ? (answer.data as { transitions: readonly { id: number }[] }) : { transitions: [] };
    const change = page.transitions[0]?.id;
    const parameters = new URLSearchParams({ tab: 'history', rule: ruleId });
    if (change !== undefined) parameters.set('change', String(change));
    return `alerts?${parameters}`;
  }
}
