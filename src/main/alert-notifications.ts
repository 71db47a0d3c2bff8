/** Alerts as notifications of the system: acknowledge, open and mute from there; a pause holds them back and says so after it. */
import { Notification } from 'electron';
import type { Envelope } from '../shared/wire.ts';
import type { DeskState } from './desk-state.ts';
import type { WordedNotice } from './notice-words.ts';
import type { DesktopTexts } from './texts.ts';

interface NotificationParts {
  readonly texts: () => DesktopTexts;
  readonly openAlert: (ruleId: string | null) => void;
  /** As an earlier run left it. */
  readonly pause: DeskState['pause'];
  /** A command of the contract, in the name of who sits at this desktop. */
  readonly command: (name: string, input: unknown) => Promise<Envelope>;
  /** Of the pause, and of what it held back. */
  readonly onChanged: () => void;
  readonly onProblem: (what: string, error: unknown) => void;
}

const muteMs = 3_600_000;
/** Kept so that a click on one still finds its way; the system shows fewer. */
const mostKept = 100;

export class AlertNotifications {
  readonly #parts: NotificationParts;
  /** By rule; without a reference Electron would forget a notification that is still on the screen. */
  readonly #shown = new Map<string, Notification>();
  #heldCount = 0;
  #pause: { readonly untilMs: number | null; readonly timer: NodeJS.Timeout | null } | null = null;

  constructor(parts: NotificationParts) {
    this.#parts = parts;
    if (parts.pause !== null) {
      this.#heldCount = parts.pause.heldCount;
      this.#hold(parts.pause.untilMs);
    }
  }

  /** Null: not paused; `untilMs` null: until somebody resumes. */
  get pause(): { readonly untilMs: number | null; readonly heldCount: number } | null {
    return this.#pause === null ? null : { untilMs: this.#pause.untilMs, heldCount: this.#heldCount };
  }

  /** @throws Error where the system shows none: the outbox then tries again, and says so when it gives up */
  show(notice: WordedNotice): void {
    if (!Notification.isSupported()) throw new Error('This system shows no notifications');
    if (this.#pause !== null) {
      this.#heldCount += 1;
      this.#parts.onChanged();
      return;
    }
    this.#put(notice);
  }

  /** @param forMs null: until it is resumed */
  pauseFor(forMs: number | null): void {
    this.#hold(forMs === null ? null : Date.now() + forMs);
    this.#parts.onChanged();
  }

  /** A pause that ended while the program did not run ends as soon as it runs again, and is spoken of then. */
  #hold(untilMs: number | null): void {
    if (this.#pause?.timer) clearTimeout(this.#pause.timer);
    const timer = untilMs === null ? null : setTimeout(() => this.resume(), Math.max(0, untilMs - Date.now()));
    timer?.unref();
    this.#pause = { untilMs, timer };
  }

  resume(): void {
    if (this.#pause === null) return;
    if (this.#pause.timer) clearTimeout(this.#pause.timer);
    this.#pause = null;
    const count = this.#heldCount;
    this.#heldCount = 0;
    const texts = this.#parts.texts();
    if (count > 0) this.#put({ title: texts.heldTitle(count), body: texts.heldBody, ruleId: null, isFiring: false });
    this.#parts.onChanged();
  }

  /** Something of the desktop itself, not of an alert. */
  say(title: string, body: string): void {
    if (Notification.isSupported()) this.#put({ title, body, ruleId: null, isFiring: false });
  }

  #put({ title, body, ruleId, isFiring }: WordedNotice): void {
    const texts = this.#parts.texts();
    const actions = isFiring && ruleId !== null ? this.#actionsFor(ruleId, texts) : [];
    // Systems that have no buttons leave them out; a click on the notification opens the alert on all of them.
    const notification = new Notification({
      title,
      body,
      actions: actions.map(({ text }) => ({ type: 'button', text })),
    });
    notification.on('click', () => this.#parts.openAlert(ruleId));
    notification.on('action', ({ actionIndex }) => actions[actionIndex]?.run());
    notification.on('failed', (_event, error) => this.#parts.onProblem('notification', error));
    this.#keep(ruleId ?? '', notification);
    notification.show();
  }

  #actionsFor(ruleId: string, texts: DesktopTexts): { readonly text: string; readonly run: () => void }[] {
    return [
      { text: texts.acknowledge, run: () => void this.#do('alerts.acknowledge', { ruleId }) },
      { text: texts.openAlert, run: () => this.#parts.openAlert(ruleId) },
      {
        text: texts.mute,
        run: () =>
          void this.#do('alerts.silences.add', {
            matchers: [{ label: 'rule', operator: 'is', value: ruleId }],
            forMs: muteMs,
            reason: texts.muteReason,
          }),
      },
    ];
  }

  /** What cannot be done is said where it was asked for. */
  async #do(name: string, input: unknown): Promise<void> {
    const envelope = await this.#parts.command(name, input);
    if (!envelope.ok) this.say(this.#parts.texts().notDone, `${envelope.error.message} ${envelope.error.help}`.trim());
  }

  /** A second one of a rule takes the first one's place. */
  #keep(key: string, notification: Notification): void {
    this.#shown.get(key)?.close();
    this.#shown.delete(key);
    this.#shown.set(key, notification);
    const oldest = this.#shown.size > mostKept ? this.#shown.keys().next().value : undefined;
    if (oldest !== undefined) this.#shown.delete(oldest);
  }
}
