/** Removes the reply queues that a console of ours left behind when it was killed; touches nobody else's. */
import type { Clock } from '../../base/clock.ts';
import type { RedisLink } from '../../redis/link.ts';
import type { BrokerNames } from '../wire/names.ts';
import { isOwnReplyId } from './reply-id.ts';

export interface SweeperOptions {
  readonly link: RedisLink;
  readonly names: BrokerNames;
  readonly clock: Clock;
}

/** A living console keeps a reply queue for seconds: one that is still there after so long belongs to a dead one. */
export const surelyDeadMs = 90_000;
const stepCount = 200;
const mostSteps = 25;

export class LeftoverSweeper {
  readonly #options: SweeperOptions;
  /** When each was first seen, on our clock that never jumps. */
  #seen = new Map<string, number>();

  constructor(options: SweeperOptions) {
    this.#options = options;
  }

  /** One bounded look, some milliseconds; answers how many were removed. @throws EngineError REDIS_* */
  async look(): Promise<number> {
    const { link, names, clock } = this.#options;
    const nowMs = clock.monotonicMs();
    const present = new Map<string, number>();
    for (const member of await this.#members()) {
      if (isOwnReplyId(names.replyIdOf(member) ?? '')) present.set(member, this.#seen.get(member) ?? nowMs);
    }
    this.#seen = present;
    const dead = [...present].filter(([, sinceMs]) => nowMs - sinceMs >= surelyDeadMs).map(([member]) => member);
    if (dead.length === 0) return 0;
    const lists = dead.map((member) => names.replyTarget(names.replyIdOf(member) ?? '').list);
    await link.command('SREM of left reply queues', (client) =>
      Promise.all([client.srem(names.replyBindings, ...dead), client.del(...lists)]),
    );
    for (const member of dead) present.delete(member);
    return dead.length;
  }

  async #members(): Promise<string[]> {
    const { link, names } = this.#options;
    const members: string[] = [];
    let cursor = '0';
    for (let step = 0; step < mostSteps; step += 1) {
      const from = cursor;
      const [next, some] = await link.command('SSCAN of reply queues', (client) =>
        client.sscan(names.replyBindings, from, 'MATCH', 'vigia-*', 'COUNT', stepCount),
      );
      members.push(...some);
      cursor = next;
      if (cursor === '0') break;
    }
    return members;
  }
}
