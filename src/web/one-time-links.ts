/** Links that let one browser in, once: what is seen of them in a process list is worth nothing afterwards. */
import { randomBytes } from 'node:crypto';

const validForMs = 60_000;

export interface OneTimeLinks {
  /** The path of a new link. */
  make(): string;
  /** True the first time that a link is used while it is valid. */
  redeem(code: string): boolean;
}

export function createOneTimeLinks(nowMs: () => number): OneTimeLinks {
  const validUntil = new Map<string, number>();
  return {
    make() {
      const code = randomBytes(24).toString('base64url');
      validUntil.set(code, nowMs() + validForMs);
      return `/open/${code}`;
    },
    redeem(code) {
      const until = validUntil.get(code);
      validUntil.delete(code);
      return until !== undefined && nowMs() < until;
    },
  };
}
