/** Names what went wrong with Redis: turns the errors of ioredis, Node and the server into ours. */
import { EngineError, type ErrorCode, messageOf } from '../base/errors.ts';

/**
 * Signs in the words or the code of an error, the first that fits decides.
 * Source: the error prefixes of Redis's AUTH and ACL, Node's system and TLS error codes, and the words of ioredis when
 * a connection is not or no longer there.
 */
const signs: readonly (readonly [ErrorCode, readonly string[]])[] = [
  ['REDIS_AUTH_FAILED', ['WRONGPASS', 'NOAUTH', 'invalid password', 'invalid username-password', 'Client sent AUTH']],
  ['REDIS_ACL_DENIED', ['NOPERM']],
  [
    'REDIS_TLS_FAILED',
    ['certificate', 'CERT_', 'ERR_TLS', 'ERR_SSL', 'SSL routines', 'wrong version number', 'tlsv1', 'sslv3', 'TLS'],
  ],
  ['REDIS_DNS_FAILED', ['ENOTFOUND', 'EAI_AGAIN', 'EAI_FAIL']],
  [
    'REDIS_UNREACHABLE',
    [
      ...['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EACCES', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH'],
      ...['EADDRNOTAVAIL', 'Connection is closed', 'Socket timeout', "Stream isn't writeable"],
      ...['max retries per request', 'Command aborted', 'Max clients reached', 'max number of clients', 'LOADING'],
      ...[
        'CLUSTERDOWN',
        'MASTERDOWN',
        "Cluster isn't ready",
        'Cluster is ended',
        'refresh slots cache',
        'startup nodes',
      ],
      ...['sentinels are unreachable', 'Command timed out'],
    ],
  ],
];

/** What no further try can mend: a person must change the password, the rights or the certificates. */
const refusals: ReadonlySet<ErrorCode> = new Set(['REDIS_AUTH_FAILED', 'REDIS_ACL_DENIED', 'REDIS_TLS_FAILED']);

export function isRefusal(problem: EngineError | null): boolean {
  return problem !== null && refusals.has(problem.code);
}

/** An EngineError passes as it is. @param what the thing that was tried, on which address, for the message. */
export function redisProblem(error: unknown, what: string): EngineError {
  if (error instanceof EngineError) return error;
  const words = wordsOf(error);
  return new EngineError(codeOf(`${nodeCodeOf(error)} ${words}`), `${what}: ${words}`, { cause: error });
}

function codeOf(words: string): ErrorCode {
  return signs.find(([, some]) => some.some((sign) => words.includes(sign)))?.[0] ?? 'REDIS_COMMAND_FAILED';
}

function nodeCodeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

/**
 * Node packs the tries on several addresses of one host into an error without a message; a cluster packs what its last
 * node said into an error that only says that all failed.
 */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map((one) => messageOf(one)))].join('; ');
  }
  const last = error instanceof Error && 'lastNodeError' in error ? error.lastNodeError : null;
  return last instanceof Error ? `${messageOf(error)} ${messageOf(last)}` : messageOf(error);
}
