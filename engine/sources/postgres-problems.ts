/** What PostgreSQL's and the network's error codes mean here. */
import { EngineError, type ErrorCode, messageOf } from '../base/errors.ts';

/** Source: PostgreSQL manual, appendix A (SQLSTATE); Node.js system errors. */
const codes: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^(28\w{3}|42501)$/, 'SOURCE_AUTH_FAILED'],
  [/^3D000$/, 'SOURCE_NOT_FOUND'],
  [/^25006$/, 'SQL_WRITE_REFUSED'],
  [/^57014$/, 'SQL_TIMEOUT'],
  [/^(08\w{3}|57P0\d|53300)$/, 'SOURCE_UNREACHABLE'],
  [/^(ECONN\w+|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|ENOENT|EACCES)$/, 'SOURCE_UNREACHABLE'],
];

export function postgresProblem(error: unknown, label: string): EngineError {
  if (error instanceof EngineError) return error;
  const code = codeOf(error);
  const words = error instanceof AggregateError ? error.errors.map(messageOf).join('; ') : messageOf(error);
  const known = codes.find(([pattern]) => pattern.test(code))?.[1];
  return new EngineError(known ?? unknownCode(words), `${label}: ${words || code}`, { cause: error });
}

/** The driver reports a lost or never made connection in words only. */
function unknownCode(words: string): ErrorCode {
  return /terminated|timeout exceeded when trying to connect|connection timeout|Connection ended|not queryable/i.test(
    words,
  )
    ? 'SOURCE_UNREACHABLE'
    : 'SQL_QUERY_FAILED';
}

function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return String(error.code);
}
