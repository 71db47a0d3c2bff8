/** What a person fills in for a connection, and the address that it comes to; secrets never stand in that address. */
import type { CallInput, CallOutput } from '../../../shared/contract.ts';
import type { Connection } from '../../state/operate.ts';

export type Draft = CallInput<'connections.save'>;
export type ConnectionTest = CallOutput<'connections.test'>;
type Purpose = Connection['purposes'][number];

export const kinds = ['standalone', 'socket', 'sentinel', 'cluster'] as const;
export const colours = ['grey', 'blue', 'teal', 'violet', 'pink', 'brown'] as const;
export const environments = ['production', 'staging', 'development', 'other'] as const;
export const purposes = ['cache', 'bullmq', 'celery', 'keys'] as const;

export interface ConnectionForm {
  readonly name: string;
  readonly colour: Connection['colour'];
  readonly environment: Connection['environment'];
  readonly kind: Connection['topology'];
  /** `host:port`, several with commas. */
  readonly hosts: string;
  readonly path: string;
  readonly masterName: string;
  readonly db: string;
  readonly isTls: boolean;
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly servername: string;
  readonly isVerified: boolean;
  readonly username: string;
  /** Empty: the kept one stays. */
  readonly password: string;
  readonly forgetsPassword: boolean;
  readonly sentinelUsername: string;
  readonly sentinelPassword: string;
  readonly purposes: readonly Purpose[];
}

/** What the parts of the form are handed. */
export interface FieldsProps {
  readonly form: ConnectionForm;
  readonly onChange: (part: Partial<ConnectionForm>) => void;
}

export const emptyForm: ConnectionForm = {
  name: '',
  colour: 'grey',
  environment: 'other',
  kind: 'standalone',
  hosts: '',
  path: '',
  masterName: '',
  db: '',
  isTls: false,
  caFile: '',
  certFile: '',
  keyFile: '',
  servername: '',
  isVerified: true,
  username: '',
  password: '',
  forgetsPassword: false,
  sentinelUsername: '',
  sentinelPassword: '',
  purposes: ['keys'],
};

export function formOf(connection: Connection): ConnectionForm {
  const { name, colour, environment, username, sentinelUsername } = connection;
  return {
    ...emptyForm,
    ...partsOfUrl(connection.url),
    ...{ name, colour, environment, kind: connection.topology, purposes: connection.purposes },
    username: username ?? '',
    sentinelUsername: sentinelUsername ?? '',
  };
}

/** The fields that an address fills; an address of another kind fills none. */
export function partsOfUrl(url: string): Partial<ConnectionForm> {
  const match = /^(unix|rediss?(?:-sentinel|-cluster)?):\/\/(?:([^/?#]*)@)?([^/?#]*)([^?#]*)(?:\?(.*))?$/i.exec(
    url.trim(),
  );
  if (!match) return {};
  const [, scheme = '', credentials = '', hosts = '', path = '', search = ''] = match;
  const query = new URLSearchParams(search);
  const kind = kindOf(scheme);
  const [first = '', second = ''] = path.slice(1).split('/').map(plain);
  const cut = credentials.indexOf(':');
  return {
    kind,
    hosts,
    path: kind === 'socket' ? plain(path) : '',
    masterName: kind === 'sentinel' ? first : '',
    db: query.get('db') ?? (kind === 'sentinel' ? second : kind === 'standalone' ? first : ''),
    isTls: scheme.toLowerCase().startsWith('rediss'),
    caFile: query.get('ssl_ca_certs') ?? '',
    certFile: query.get('ssl_certfile') ?? '',
    keyFile: query.get('ssl_keyfile') ?? '',
    servername: query.get('servername') ?? '',
    isVerified: !/none$/i.test(query.get('ssl_cert_reqs') ?? ''),
    ...(credentials === ''
      ? {}
      : {
          username: plain(cut < 0 ? credentials : credentials.slice(0, cut)),
          password: cut < 0 ? '' : plain(credentials.slice(cut + 1)),
        }),
  };
}

function kindOf(scheme: string): ConnectionForm['kind'] {
  const small = scheme.toLowerCase();
  if (small === 'unix') return 'socket';
  if (small.endsWith('-sentinel')) return 'sentinel';
  return small.endsWith('-cluster') ? 'cluster' : 'standalone';
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The address without user and password, as it is kept. */
export function urlOf(form: ConnectionForm): string {
  const query = new URLSearchParams();
  const db = form.db.trim();
  if (form.kind === 'socket')
    return `unix://${encodeURI(form.path.trim())}${db === '' || db === '0' ? '' : `?db=${db}`}`;
  if (form.isTls) {
    const named = { ssl_ca_certs: form.caFile, ssl_certfile: form.certFile, ssl_keyfile: form.keyFile };
    for (const [name, value] of Object.entries({ ...named, servername: form.servername })) {
      if (value.trim() !== '') query.set(name, value.trim());
    }
    if (!form.isVerified) query.set('ssl_cert_reqs', 'none');
  }
  const kind = form.kind === 'standalone' ? '' : `-${form.kind}`;
  const master = form.kind === 'sentinel' ? `/${encodeURIComponent(form.masterName.trim() || 'mymaster')}` : '';
  const after = db === '' || db === '0' || form.kind === 'cluster' ? '' : `/${db}`;
  const search = query.size === 0 ? '' : `?${query}`;
  return `redis${form.isTls ? 's' : ''}${kind}://${form.hosts.replaceAll(/\s/g, '')}${master}${after}${search}`;
}

/** Null while something needed is missing. */
export function draftOf(form: ConnectionForm, id: string | null): Draft | null {
  const where = form.kind === 'socket' ? form.path.trim() : form.hosts.trim();
  if (form.name.trim() === '' || where === '') return null;
  return {
    ...(id === null ? {} : { id }),
    name: form.name.trim(),
    colour: form.colour,
    environment: form.environment,
    url: urlOf(form),
    username: form.username.trim() === '' ? null : form.username.trim(),
    sentinelUsername:
      form.kind === 'sentinel' && form.sentinelUsername.trim() !== '' ? form.sentinelUsername.trim() : null,
    purposes: [...form.purposes],
    ...(form.password === '' ? (form.forgetsPassword ? { password: null } : {}) : { password: form.password }),
    ...(form.kind === 'sentinel' && form.sentinelPassword !== '' ? { sentinelPassword: form.sentinelPassword } : {}),
  };
}
