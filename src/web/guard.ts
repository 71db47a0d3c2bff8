/** Decides who may talk to this host: by the address it was called by, the page that calls, and the token. */
import { failure } from '../shared/failure.ts';
import type { WireError } from '../shared/wire.ts';
import { sameToken } from './token.ts';

/** The parts of a request that are judged; header names in lower case. */
export interface GuardedRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}

export interface Guard {
  /** A name that somebody else's DNS points at us, or a page that is not ours; null when both are fine. */
  checkOrigin(request: GuardedRequest): WireError | null;
  /** `Authorization: Bearer …`; null when it is right. */
  checkBearer(request: GuardedRequest): WireError | null;
  /** The subprotocol `token.<base64url>`: a browser cannot set headers on a WebSocket. */
  checkSubprotocol(request: GuardedRequest): WireError | null;
}

/** @param port asked at each request, because it is known only once the host listens. */
export function createGuard(token: string, port: () => number): Guard {
  const hosts = (): string[] => ['127.0.0.1', 'localhost', '[::1]'].map((name) => `${name}:${port()}`);
  const judge = (shown: string | null): WireError | null => {
    if (shown === null) return failure('CALL_UNAUTHORIZED', 'This call carries no token');
    return sameToken(token, shown) ? null : failure('CALL_UNAUTHORIZED', 'The token is not the one of this console');
  };
  return {
    checkOrigin(request) {
      const host = single(request, 'host')?.toLowerCase() ?? '';
      if (!hosts().includes(host))
        return failure('CALL_FORBIDDEN', `This console does not answer as "${host.slice(0, 80)}"`);
      const origin = single(request, 'origin')?.toLowerCase();
      if (origin === undefined || hosts().some((own) => origin === `http://${own}`)) return null;
      return failure('CALL_FORBIDDEN', `Pages of "${origin.slice(0, 80)}" may not call this console`);
    },
    checkBearer: (request) => judge(bearerOf(request)),
    checkSubprotocol: (request) => judge(bearerOf(request) ?? subprotocolToken(request)),
  };
}

function bearerOf(request: GuardedRequest): string | null {
  return /^Bearer +(\S+)$/i.exec(single(request, 'authorization') ?? '')?.[1] ?? null;
}

function subprotocolToken(request: GuardedRequest): string | null {
  const offered = (single(request, 'sec-websocket-protocol') ?? '').split(',').map((name) => name.trim());
  const encoded = offered.find((name) => name.startsWith('token.'))?.slice('token.'.length);
  return encoded ? Buffer.from(encoded, 'base64url').toString('utf8') : null;
}

function single(request: GuardedRequest, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
