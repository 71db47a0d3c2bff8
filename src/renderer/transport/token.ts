/** Takes the access token out of the page's address, so that it is neither shown, bookmarked nor sent on. */

const storageKey = 'vigia.token';

interface Address {
  readonly hash: string;
  /** Replaces the shown hash without a new history entry. */
  replaceHash(hash: string): void;
}

/** Splits `#token=…`, `#token=…&/kpis?…` or `#/kpis?…&token=…` into the token and the hash without it. */
export function splitTokenFromHash(hash: string): { token: string | null; rest: string } {
  const text = hash.replace(/^#/, '');
  const match = /(^|[?&])token=([^&]*)/.exec(text);
  if (!match) return { token: null, rest: hash };
  const before = text.slice(0, match.index);
  const after = text.slice(match.index + match[0].length).replace(/^&/, '');
  let rest = before;
  if (after !== '') rest = match[1] === '' ? after : `${before}${match[1]}${after}`;
  return { token: decodeURIComponent(match[2] ?? '') || null, rest: rest === '' ? '' : `#${rest}` };
}

/** The token of this tab, from the address or from an earlier load; null when there is none. */
export function takeToken(address: Address, storage: Pick<Storage, 'getItem' | 'setItem'>): string | null {
  const { token, rest } = splitTokenFromHash(address.hash);
  if (token === null) return storage.getItem(storageKey);
  storage.setItem(storageKey, token);
  address.replaceHash(rest);
  return token;
}

/** Of somebody who typed it; for this tab, as one from the address is. */
export function keepToken(token: string, storage: Pick<Storage, 'setItem'>): void {
  storage.setItem(storageKey, token);
}

/** A WebSocket subprotocol may hold no arbitrary text, so the token travels as base64url. */
export function tokenProtocol(token: string): string {
  const bytes = new TextEncoder().encode(token);
  const base64 = btoa(String.fromCharCode(...bytes));
  return `token.${base64.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}`;
}
