import { describe, expect, test } from 'vitest';
import { createWebhookGuard, replayWindowMs, signatureOf } from '../../../src/web/webhook.ts';

const secret = 'a secret of both sides';
const body = Buffer.from('{"type":"edp_updated"}');
let now = 1_800_000_000_000;

function signed(change: { body?: Buffer; timestamp?: string; secret?: string } = {}) {
  const timestamp = change.timestamp ?? String(now / 1_000);
  const sent = change.body ?? body;
  return { timestamp, body: sent, signature: signatureOf(change.secret ?? secret, timestamp, sent) };
}

const guard = (of: string | null = secret) => createWebhookGuard(of, () => now);

describe('a call of the webhook', () => {
  test('passes when it is signed by who knows the secret, at this time', () => {
    expect(guard().check(signed())).toBeNull();
  });

  test('is signed as HMAC-SHA256 of timestamp, dot and body', () => {
    // Source: openssl dgst -sha256 -hmac key, of "1700000000.{}".
    expect(signatureOf('key', '1700000000', '{}')).toBe(
      'sha256=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae',
    );
  });

  test.each([
    ['another secret', () => signed({ secret: 'some other secret!!' })],
    ['another body', () => ({ ...signed(), body: Buffer.from('{"type":"edp_deleted"}') })],
    ['another timestamp', () => ({ ...signed(), timestamp: String(now / 1_000 - 1) })],
    ['no signature', () => ({ ...signed(), signature: undefined })],
    ['no timestamp', () => ({ ...signed(), timestamp: undefined })],
    ['a bare digest', () => ({ ...signed(), signature: signed().signature.slice(7) })],
  ])('is refused with %s', (_what, call) => {
    expect(guard().check(call())?.code).toBe('WEBHOOK_SIGNATURE_INVALID');
  });

  test('is refused when it was signed too long ago, or in the future', () => {
    const seconds = replayWindowMs / 1_000;
    for (const offset of [-seconds - 1, seconds + 1]) {
      const late = signed({ timestamp: String(now / 1_000 + offset) });
      expect(guard().check(late)?.code).toBe('WEBHOOK_REPLAYED');
    }
    expect(guard().check(signed({ timestamp: String(now / 1_000 - seconds) }))).toBeNull();
    expect(guard().check(signed({ timestamp: 'yesterday' }))?.code).toBe('WEBHOOK_REPLAYED');
  });

  test('passes once, however often it is repeated, for as long as its time would be believed', () => {
    const webhook = guard();
    const call = signed();
    expect(webhook.check(call)).toBeNull();
    for (let minute = 0; minute < 5; minute += 1) {
      now += 60_000;
      expect(webhook.check(call)?.code).toBe('WEBHOOK_REPLAYED');
    }
    expect(webhook.check(signed())).toBeNull();
  });

  test('is refused while there is no secret', () => {
    expect(guard(null).check(signed())?.code).toBe('WEBHOOK_CLOSED');
  });
});
