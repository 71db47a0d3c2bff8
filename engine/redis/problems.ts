/** Names what went wrong with Redis: turns the errors of ioredis, Node and the server into ours. */
import { EngineError, type ErrorCode, messageOf } from '../base/errors.ts';

/** Source: the error prefixes of Redis's ACL and AUTH commands. */
const authSigns = ['WRONGPASS', 'NOAUTH', 'invalid password', 'invalid username-password', 'Client sent AUTH'];

/** Source: Node's system error codes, and the words of ioredis when a connection is not or no longer there. */
const connectionSigns = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EACCES',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'Connection is closed',
  'Socket timeout',
  "Stream isn't writeable",
  'max retries per request',
  'Command aborted',
  'Max clients reached',
  'max number of clients',
  'LOADING',
  'wrong version number',
  'certificate',
];

/** An EngineError passes as it is. @param what the thing that was tried, on which address, for the message. */
export function redisProblem(error: unknown, what: string): EngineError {
  if (error instanceof EngineError) return error;
  const words = wordsOf(error);
  return new EngineError(codeOf(words), `${what}: ${words}`, { cause: error });
}

function codeOf(words: string): ErrorCode {
  if (authSigns.some((sign) => words.includes(sign))) return 'REDIS_AUTH_FAILED';
  if (connectionSigns.some((sign) => words.includes(sign))) return 'REDIS_UNREACHABLE';
  return 'REDIS_COMMAND_FAILED';
}

/** Node packs the tries on several addresses of one host into an error without a message. */
function wordsOf(error: unknown): string {
  if (error instanceof AggregateError && error.message === '') {
    return [...new Set(error.errors.map((one) => messageOf(one)))].join('; ');
  }
  return messageOf(error);
}
