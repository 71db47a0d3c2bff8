/** Of several consoles on one Redis one tells of an alert: each message is claimed first, and the claim of a dead one ends. */
import { createHash } from 'node:crypto';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import type { AlertTransition } from '../model/alert.ts';
import type { AlertChannel } from '../model/alert-channel.ts';

/** Shared by the consoles. Each call may reject; then everybody tells, because twice is better than never. */
export interface TellingBoard {
  /** Sets `key` unless it is there; answers what is there then. */
  take(key: string, value: string, ttlMs: number): Promise<string>;
  set(key: string, value: string, ttlMs: number): Promise<void>;
  remove(key: string): Promise<void>;
}

/** `mine`: tell it; `told`: another has; `busy`: another is about to. */
export type Claim = 'mine' | 'told' | 'busy';

/** Longer than a sending may take; a console that died while it sent is replaced after this. */
const claimMs = 30_000;
/** An alert that was told is told while it fires; this bounds what a dead console leaves behind. */
const toldFiringMs = 24 * 3_600_000;
/** Consoles that look at the same thing find its end within seconds of each other. */
const toldEndMs = 10 * 60_000;
/** How long to wait for what another is about to tell. */
export const busyWaitMs = 10_000;

const beginning = (transition: AlertTransition): boolean => transition.to === 'firing';

export class Telling {
  readonly #board: TellingBoard;
  readonly #consoleId: string;
  readonly #logger: Logger;

  constructor(options: { board: TellingBoard; consoleId: string; logger: Logger }) {
    this.#board = options.board;
    this.#consoleId = options.consoleId;
    this.#logger = options.logger;
  }

  /** A desktop and a command are this machine's own; the others are the same for every console with the same settings. */
  async claim(channel: AlertChannel, transition: AlertTransition): Promise<Claim> {
    if (isLocal(channel)) return 'mine';
    try {
      const mine = `sending|${this.#consoleId}`;
      const found = await this.#board.take(keyOf(channel, transition), mine, claimMs);
      const [state, holder] = found.split('|');
      if (holder !== this.#consoleId) return state === 'told' ? 'told' : 'busy';
      if (found !== mine) await this.#board.set(keyOf(channel, transition), mine, claimMs);
      return 'mine';
    } catch (error) {
      this.#logger.warn('whether another console tells cannot be known', { error: messageOf(error) });
      return 'mine';
    }
  }

  /** The claim becomes the word that it was told. */
  async told(channel: AlertChannel, transition: AlertTransition): Promise<void> {
    if (isLocal(channel)) return;
    try {
      const ttlMs = beginning(transition) ? toldFiringMs : toldEndMs;
      await this.#board.set(keyOf(channel, transition), `told|${this.#consoleId}`, ttlMs);
      // The next beginning is a new one, and so is the next end.
      await this.#board.remove(keyOf(channel, { ...transition, to: beginning(transition) ? 'resolved' : 'firing' }));
    } catch (error) {
      this.#logger.warn('other consoles could not be told what was said', { error: messageOf(error) });
    }
  }
}

function isLocal({ settings }: AlertChannel): boolean {
  return settings.kind === 'desktop' || settings.kind === 'command';
}

/** What two consoles must agree on to mean the same message; Slack's URL is secret, so its channels go by their names. */
function keyOf({ name, settings }: AlertChannel, { ruleId, to }: AlertTransition): string {
  const target = JSON.stringify(settings.kind === 'slack' ? { kind: 'slack', name } : settings);
  const word = to === 'firing' ? 'firing' : 'ended';
  return `${createHash('sha256').update(target).digest('hex').slice(0, 16)}:${word}:${ruleId}`;
}
