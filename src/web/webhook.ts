/** Judges calls of the data-changed webhook: signed with a shared secret, of this moment, and each only once. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { failure } from '../shared/failure.ts';
import type { WireError } from '../shared/wire.ts';

export interface SignedCall {
  /** Seconds since 1970, as sent. */
  readonly timestamp: string | undefined;
  /** `sha256=<hex>` of `<timestamp>.<body>`, as sent. */
  readonly signature: string | undefined;
  readonly body: Buffer;
}

export interface WebhookGuard {
  /** Null when the call may pass; it is then remembered and never passes again. */
  check(call: SignedCall): WireError | null;
}

/** Clocks differ and networks delay; older calls, and calls from the future, are not believed. */
export const replayWindowMs = 5 * 60_000;
/** More calls inside one window are refused instead of forgotten. */
const rememberedCount = 50_000;

/** @param secret null closes the webhook. @param nowMs epoch milliseconds. */
export function createWebhookGuard(secret: string | null, nowMs: () => number): WebhookGuard {
  /** Signature → when it may be forgotten; oldest first. */
  const seen = new Map<string, number>();
  return {
    check({ timestamp = '', signature = '', body }) {
      if (secret === null) return failure('WEBHOOK_CLOSED', 'The webhook is closed: it has no secret');
      if (timestamp === '' || signature === '')
        return invalid('The call carries no X-Vigia-Timestamp or no X-Vigia-Signature');
      // The signature first: who does not know the secret learns nothing of the clock.
      const expected = signatureOf(secret, timestamp, body);
      if (!sameSignature(expected, signature)) return invalid('The signature is not that of this body and timestamp');
      const now = nowMs();
      const sentMs = /^\d{1,12}$/.test(timestamp) ? Number(timestamp) * 1_000 : Number.NaN;
      if (!(Math.abs(now - sentMs) <= replayWindowMs)) {
        return failure(
          'WEBHOOK_REPLAYED',
          `The timestamp ${timestamp.slice(0, 20)} is more than ${replayWindowMs / 1_000} s from now (${Math.floor(now / 1_000)})`,
        );
      }
      for (const [old, untilMs] of seen) {
        if (untilMs > now) break;
        seen.delete(old);
      }
      if (seen.has(expected)) return failure('WEBHOOK_REPLAYED', 'This very call was made before');
      if (seen.size >= rememberedCount)
        return failure('WEBHOOK_REPLAYED', 'Too many calls to tell repeated ones apart');
      seen.set(expected, now + 2 * replayWindowMs);
      return null;
    },
  };
}

/** What a sender puts into X-Vigia-Signature. */
export function signatureOf(secret: string, timestamp: string, body: Buffer | string): string {
  return `sha256=${createHmac('sha256', secret).update(`${timestamp}.`).update(body).digest('hex')}`;
}

/** In a time that tells nothing of where the two differ. */
function sameSignature(expected: string, shown: string): boolean {
  const [one, other] = [Buffer.from(expected), Buffer.from(shown.toLowerCase())];
  return one.length === other.length && timingSafeEqual(one, other);
}

function invalid(message: string): WireError {
  return failure('WEBHOOK_SIGNATURE_INVALID', message);
}
