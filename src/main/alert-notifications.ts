/** Alerts as notifications of the system: acknowledge, open and mute from there; a pause holds them back and says so after it. */
import { Notification } from 'electron';
import type { Envelope } from '../shared/wire.ts';
import type { DesktopTexts } from './texts.ts';

/** What the engine tells; see `DesktopNotify` of the engine. */
export interface AlertNotice {
  readonly title: string;
  readonly body: string;
  /** Null when it is of several alerts at once. */
  readonly ruleId: string | null;
  /** Fires now, so that there is something to acknowledge. */
  readonly isFiring: boolean;
}

interface NotificationParts {
  readonly texts: () => DesktopTexts;
  readonly openAlert: (ruleId: string | null) => void;
  /** A command of the contract, in the name of who sits at this desktop. */
  readonly command: (name: string, input: unknown) => Promise<Envelope>;
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
  }

  /** Null: not paused; `untilMs` null: until somebody resumes. */
  get pause(): { readonly untilMs: number | null; readonly heldCount: number } | null {
    return this.#pause === null ? null : { untilMs: this.#pause.untilMs, heldCount: this.#heldCount };
  }

  /** @throws Error where the system shows none: the outbox then tries again, and says so when it gives up */
  show(notice: AlertNotice): void {
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
    if (this.#pause?.timer) clearTimeout(this.#pause.timer);
    const timer = forMs === null ? null : setTimeout(() => this.resume(), forMs);
    timer?.unref();
    this.#pause = { untilMs: forMs === null ? null : Date.now() + forMs, timer };
    this.#parts.onChanged();
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

  #put({ title, body, ruleId, isFiring }: AlertNotice): void {
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
