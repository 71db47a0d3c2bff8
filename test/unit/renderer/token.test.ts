/** The token leaves the address, whatever stands beside it. */
import { describe, expect, it } from 'vitest';
import { splitTokenFromHash, takeToken, tokenProtocol } from '../../../src/renderer/transport/token.ts';

describe('token in the address', () => {
  it.each([
    ['#token=a%20b', 'a b', ''],
    ['#token=abc&/kpis?cliente=X', 'abc', '#/kpis?cliente=X'],
    ['#/kpis?token=abc', 'abc', '#/kpis'],
    ['#/kpis?cliente=X&token=abc', 'abc', '#/kpis?cliente=X'],
    ['#/kpis?token=abc&cliente=X', 'abc', '#/kpis?cliente=X'],
    ['#/kpis?cliente=X', null, '#/kpis?cliente=X'],
    ['', null, ''],
  ])('splits %s', (hash, token, rest) => {
    expect(splitTokenFromHash(hash)).toEqual({ token, rest });
  });

  it('is kept for this tab and taken out of sight', () => {
    const kept = new Map<string, string>();
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
    };
    let hash = '#token=secret';
    const address = {
      get hash() {
        return hash;
      },
      replaceHash: (next: string) => {
        hash = next;
      },
    };
    expect(takeToken(address, storage)).toBe('secret');
    expect(hash).toBe('');
    expect(takeToken(address, storage)).toBe('secret');
  });

  it('travels as base64url, which every WebSocket accepts', () => {
    expect(tokenProtocol('ñ?>~ token')).toMatch(/^token\.[\w-]+$/);
    expect(Buffer.from(tokenProtocol('ñ?>~ token').slice(6), 'base64url').toString()).toBe('ñ?>~ token');
  });
});
