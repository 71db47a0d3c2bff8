/** Turns a Redis URL of any topology into what a client needs to connect, and a label without credentials. */
import { EngineError } from '../base/errors.ts';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Files are PEM; null: the system's authorities, no client certificate, the host's own name. */
export interface TlsSettings {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  /** The name that is asked for and checked (SNI), where it differs from the host. */
  readonly servername: string | null;
  /** False takes any certificate; only where the URL says so. */
  readonly verify: boolean;
}

export interface RedisAddress {
  readonly topology: 'standalone' | 'socket' | 'sentinel' | 'cluster';
  /** The server, the sentinels, or the cluster's known nodes; empty for a socket. */
  readonly nodes: readonly HostPort[];
  /** Of a Unix socket. */
  readonly path: string | null;
  /** The sentinels' name for the master. */
  readonly masterName: string | null;
  readonly db: number;
  readonly username: string | null;
  readonly password: string | null;
  /** Asked by the sentinels themselves, where they have users of their own. */
  readonly sentinelUsername: string | null;
  readonly sentinelPassword: string | null;
  readonly tls: TlsSettings | null;
  /** For people: no user, no password. */
  readonly label: string;
  /** True when nothing leaves this machine. */
  readonly local: boolean;
}

const defaultPort = 6379;
const defaultSentinelPort = 26_379;
const defaultMasterName = 'mymaster';
/** Source: `databases` in redis.conf is 16 by default and may be raised; this only catches typing errors. */
const largestDb = 65_535;

/**
 * Accepts `redis://` and `rediss://` (TLS), `unix:///socket` and a plain `/socket`,
 * `redis-sentinel://user:password@h1:26379,h2:26379/mymaster/0` and `redis-cluster://h1:7000,h2:7001`; the last two with
 * `rediss-` speak TLS. The database is the path's last number or `?db=`. TLS files are named in the query by redis-py's
 * names (`ssl_ca_certs`, `ssl_certfile`, `ssl_keyfile`, `ssl_cert_reqs`), with `servername` beside them; the sentinels'
 * own user by `sentinel_username` and `sentinel_password`.
 * A socket with a password is written `unix://:password@localhost/socket`, as URLs have no credentials without a host.
 * Source: redis-py's `Connection.from_url`, which Celery's URLs follow.
 * @throws EngineError REDIS_URL_INVALID, without repeating the credentials.
 */
export function parseRedisUrl(url: string): RedisAddress {
  if (url.startsWith('/')) return socketAddress(url, 0, { username: null, password: null });
  const match = /^([a-z-]+):\/\/(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(?:\?([^#]*))?$/i.exec(url.trim());
  if (!match) throw invalid('it is not a URL');
  const [, scheme = '', credentials = '', hosts = '', path = '', query = ''] = match;
  const parts: UrlParts = {
    scheme: scheme.toLowerCase(),
    hosts,
    path: path.slice(1).split('/').map(decoded),
    query: new URLSearchParams(query),
    ...credentialsOf(credentials),
  };
  switch (parts.scheme) {
    case 'redis':
    case 'rediss':
      return tcpAddress(parts);
    case 'redis-sentinel':
    case 'rediss-sentinel':
      return sentinelAddress(parts);
    case 'redis-cluster':
    case 'rediss-cluster':
      return clusterAddress(parts);
    case 'unix':
      if (!['', 'localhost'].includes(hosts) || path.length < 2)
        throw invalid('a socket needs three slashes and a path');
      return socketAddress(decoded(path), dbOf(parts.query.get('db') ?? ''), parts);
    default:
      throw invalid(`the scheme ${scheme}:// is not known`);
  }
}

/** The same address without user and password, in whatever way they were written; the query keeps the rest. */
export function urlWithoutCredentials(url: string): string {
  const bare = url.trim().replace(/^([a-z-]+:\/\/)[^/?#]*@/i, '$1');
  const cut = bare.indexOf('?');
  if (cut < 0) return bare;
  const query = new URLSearchParams(bare.slice(cut + 1));
  for (const name of ['sentinel_username', 'sentinel_password', 'username', 'password']) query.delete(name);
  return query.size === 0 ? bare.slice(0, cut) : `${bare.slice(0, cut)}?${query}`;
}

interface Credentials {
  readonly username: string | null;
  readonly password: string | null;
}

interface UrlParts extends Credentials {
  readonly scheme: string;
  readonly hosts: string;
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

function tcpAddress(parts: UrlParts): RedisAddress {
  const { scheme, path, query, username, password } = parts;
  if (path.length > 1) throw invalid('only the number of a database may follow the host');
  const nodes = nodesOf(parts.hosts, defaultPort);
  if (nodes.length !== 1) throw invalid('several hosts need redis-cluster:// or redis-sentinel://');
  const db = dbOf(query.get('db') ?? path[0] ?? '');
  return {
    ...nowhere,
    ...{ topology: 'standalone', nodes, db, username, password, tls: tlsOf(parts) },
    label: `${scheme}://${labelOf(nodes)}${db === 0 ? '' : `/${db}`}`,
    local: nodes.every(isLoopback),
  };
}

function sentinelAddress(parts: UrlParts): RedisAddress {
  const { scheme, path, query, username, password } = parts;
  const nodes = nodesOf(parts.hosts, defaultSentinelPort);
  const [masterName = '', db = query.get('db') ?? '', ...more] = path;
  if (more.length > 0) throw invalid("only the master's name and a database may follow the sentinels");
  const name = masterName === '' ? defaultMasterName : masterName;
  return {
    ...nowhere,
    ...{ topology: 'sentinel', nodes, masterName: name, db: dbOf(db), username, password, tls: tlsOf(parts) },
    sentinelUsername: query.get('sentinel_username'),
    sentinelPassword: query.get('sentinel_password'),
    label: `${scheme}://${labelOf(nodes)}/${name}${dbOf(db) === 0 ? '' : `/${dbOf(db)}`}`,
    local: nodes.every(isLoopback),
  };
}

function clusterAddress(parts: UrlParts): RedisAddress {
  const { scheme, path, username, password } = parts;
  if (path.some((part) => part !== '' && part !== '0')) throw invalid('a cluster has only database 0');
  const nodes = nodesOf(parts.hosts, defaultPort);
  return {
    ...nowhere,
    ...{ topology: 'cluster', nodes, db: 0, username, password, tls: tlsOf(parts) },
    label: `${scheme}://${labelOf(nodes)}`,
    local: nodes.every(isLoopback),
  };
}

function socketAddress(path: string, db: number, { username, password }: Credentials): RedisAddress {
  return {
    ...nowhere,
    ...{ topology: 'socket', path, db, username, password, local: true },
    label: `unix://${path}${db === 0 ? '' : `?db=${db}`}`,
  };
}

const nowhere = {
  nodes: [],
  path: null,
  masterName: null,
  sentinelUsername: null,
  sentinelPassword: null,
  tls: null,
} as const;

/** Source: redis-py's names; `ssl_cert_reqs` is `none`, `optional` or `required`, or as Celery writes it `CERT_NONE`. */
function tlsOf({ scheme, query }: UrlParts): TlsSettings | null {
  if (!scheme.startsWith('rediss')) return null;
  const demand = (query.get('ssl_cert_reqs') ?? 'required').toLowerCase().replace(/^cert_/, '');
  if (!['none', 'optional', 'required'].includes(demand))
    throw invalid('ssl_cert_reqs must be none, optional or required');
  return {
    caFile: query.get('ssl_ca_certs'),
    certFile: query.get('ssl_certfile'),
    keyFile: query.get('ssl_keyfile'),
    servername: query.get('servername'),
    verify: demand !== 'none',
  };
}

function nodesOf(hosts: string, fallbackPort: number): HostPort[] {
  return hosts.split(',').map((text) => {
    const match = /^(\[[0-9a-f:.]+\]|[^\s[\]:@]+)(?::(\d{1,5}))?$/i.exec(text);
    const port = Number(match?.[2] ?? fallbackPort);
    if (!match?.[1]) throw invalid(text === '' ? 'the host is missing' : 'a host is written host:port');
    if (port < 1 || port > 65_535) throw invalid('a port is a number from 1 to 65535');
    return { host: match[1].replace(/^\[(.*)\]$/, '$1'), port };
  });
}

function labelOf(nodes: readonly HostPort[]): string {
  return nodes.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(',');
}

function isLoopback({ host }: HostPort): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

function credentialsOf(text: string): Credentials {
  const cut = text.indexOf(':');
  const username = decoded(cut < 0 ? text : text.slice(0, cut));
  const password = cut < 0 ? '' : decoded(text.slice(cut + 1));
  return { username: username === '' ? null : username, password: password === '' ? null : password };
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
