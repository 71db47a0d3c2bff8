/** Turns a Redis URL into connection options and a label without credentials. */
import { EngineError } from '../base/errors.ts';

/** Plain options that ioredis and BullMQ both take; a `path` is a Unix socket and stands instead of host and port. */
export interface RedisConnectionOptions {
  readonly path?: string;
  readonly host?: string;
  readonly port?: number;
  readonly db: number;
  readonly username?: string;
  readonly password?: string;
  /** Present for TLS; the certificate is checked against the host. */
  readonly tls?: Record<string, never>;
}

export interface RedisAddress {
  readonly options: RedisConnectionOptions;
  /** For people: no user, no password. */
  readonly label: string;
}

const defaultPort = 6379;
/** Source: `databases` in redis.conf is 16 by default and may be raised; this only catches typing errors. */
const largestDb = 65_535;

/**
 * Accepts `redis://`, `rediss://` (TLS), `unix:///socket` and a plain `/socket`; the database is the path's number
 * or, for a socket, `?db=`.
 * A socket with a password is written `unix://:password@localhost/socket`, as URLs have no credentials without a host.
 * @throws EngineError REDIS_URL_INVALID, without repeating the credentials.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (url.startsWith('/')) return socketAddress(url, 0, {});
  if (!URL.canParse(url)) throw invalid('it is not a URL');
  const parsed = new URL(url);
  switch (parsed.protocol) {
    case 'redis:':
    case 'rediss:':
      return tcpAddress(parsed);
    case 'unix:':
      if (!['', 'localhost'].includes(parsed.hostname) || parsed.pathname.length < 2) {
        throw invalid('a socket needs three slashes and a path');
      }
      return socketAddress(decoded(parsed.pathname), dbOf(parsed.searchParams.get('db') ?? ''), credentialsOf(parsed));
    default:
      throw invalid(`the scheme ${parsed.protocol}// is not known`);
  }
}

function tcpAddress(url: URL): RedisAddress {
  if (url.hostname === '') throw invalid('the host is missing');
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = url.port === '' ? defaultPort : Number(url.port);
  const db = dbOf(url.searchParams.get('db') ?? url.pathname.slice(1));
  const secure = url.protocol === 'rediss:';
  return {
    options: { host, port, db, ...credentialsOf(url), ...(secure ? { tls: {} } : {}) },
    label: `${url.protocol}//${url.hostname}:${port}${db === 0 ? '' : `/${db}`}`,
  };
}

function socketAddress(
  path: string,
  db: number,
  credentials: Pick<RedisConnectionOptions, 'username' | 'password'>,
): RedisAddress {
  return { options: { path, db, ...credentials }, label: `unix://${path}${db === 0 ? '' : `?db=${db}`}` };
}

function credentialsOf(url: URL): Pick<RedisConnectionOptions, 'username' | 'password'> {
  const username = decoded(url.username);
  const password = decoded(url.password);
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

function dbOf(text: string): number {
  if (text === '') return 0;
  const db = /^\d{1,5}$/.test(text) ? Number(text) : Number.NaN;
  if (!(db <= largestDb)) throw invalid('the database must be a whole number such as /0');
  return db;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw invalid('a % in it is not followed by two hexadecimal digits');
  }
}

function invalid(why: string): EngineError {
  return new EngineError('REDIS_URL_INVALID', `The Redis address cannot be used: ${why}`);
}
