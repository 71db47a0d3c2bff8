/** The user's connections on disk: profiles in the store, passwords in the vault, and both checked before they are kept. */
import { z } from 'zod';
import { EngineError } from '../base/errors.ts';
import type { IdSource } from '../base/ids.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import {
  type ConnectionDraft,
  type ConnectionExport,
  type ConnectionImport,
  type ConnectionProfile,
  connectionProfileSchema,
} from '../model/connection.ts';
import { parseRedisUrl, type RedisAddress, urlWithoutCredentials } from '../redis/address.ts';
import type { Store } from '../store/store.ts';

const settingKey = 'connections';
const mostProfiles = 500;
/** Names of the engine's own connections. */
export const builtInIds: readonly string[] = ['cache', 'broker'];

export interface ProfileParts {
  readonly store: Pick<Store, 'settings'>;
  readonly vault: SecretVault;
  readonly ids: IdSource;
}

/** What a draft comes to: the profile to keep, and the secrets that change with it. */
export interface ReadDraft {
  readonly profile: ConnectionProfile;
  /** Left out: stays as it is; null: goes. */
  readonly password?: string | null | undefined;
  readonly sentinelPassword?: string | null | undefined;
}

type SecretKind = 'password' | 'sentinelPassword';

export class ConnectionProfiles {
  readonly #parts: ProfileParts;

  constructor(parts: ProfileParts) {
    this.#parts = parts;
  }

  get vaultKind(): SecretVault['kind'] {
    return this.#parts.vault.kind;
  }

  /** In the order of their names. A record that cannot be read counts as none. @throws EngineError STORE_UNAVAILABLE */
  list(): ConnectionProfile[] {
    const text = this.#parts.store.settings.get(settingKey);
    const parsed = z.array(z.unknown()).safeParse(text === null ? [] : parseJson(text));
    return (parsed.success ? parsed.data : [])
      .flatMap((record) => connectionProfileSchema.safeParse(record).data ?? [])
      .toSorted((a, b) => a.name.localeCompare(b.name));
  }

  /** @throws EngineError CONNECTION_NOT_FOUND */
  get(id: string): ConnectionProfile {
    const profile = this.list().find((candidate) => candidate.id === id);
    if (profile) return profile;
    if (builtInIds.includes(id)) {
      throw new EngineError(
        'CONNECTION_INVALID',
        `"${id}" is the console's own connection; it is set by REDIS_URL and CELERY_BROKER_URL`,
      );
    }
    throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${id}"`);
  }

  hasPassword(id: string): boolean {
    return this.#secret(id, 'password') !== null;
  }

  /** Where the profile leads, its secrets included. @throws EngineError REDIS_URL_INVALID, VAULT_UNAVAILABLE */
  addressOf({ id, url, username, sentinelUsername }: ConnectionProfile): RedisAddress {
    return {
      ...parseRedisUrl(url),
      username,
      sentinelUsername,
      password: this.#secret(id, 'password'),
      sentinelPassword: this.#secret(id, 'sentinelPassword'),
    };
  }

  /** The same of a draft that is not saved. @throws EngineError REDIS_URL_INVALID, CONNECTION_INVALID, VAULT_UNAVAILABLE */
  addressOfDraft(draft: ConnectionDraft): RedisAddress {
    const { profile, password, sentinelPassword } = this.read(draft);
    const kept = this.addressOf(profile);
    return {
      ...kept,
      password: password === undefined ? kept.password : password,
      sentinelPassword: sentinelPassword === undefined ? kept.sentinelPassword : sentinelPassword,
    };
  }

  /**
   * Fills in what a draft leaves out, and takes credentials out of its URL.
   * @throws EngineError REDIS_URL_INVALID, CONNECTION_INVALID, CONNECTION_NOT_FOUND
   */
  read(draft: ConnectionDraft): ReadDraft {
    const kept = draft.id === undefined ? null : this.get(draft.id);
    const { password, sentinelPassword, ...fields } = draft;
    const given = parseRedisUrl(draft.url);
    const profile: ConnectionProfile = {
      ...(kept ?? { ...defaults, purposes: [], id: this.#parts.ids.next() }),
      ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
      name: draft.name.trim(),
      url: urlWithoutCredentials(draft.url),
    };
    const twin = this.list().find(({ id, name }) => name === profile.name && id !== profile.id);
    if (twin) throw new EngineError('CONNECTION_INVALID', `There is already a connection named "${profile.name}"`);
    return {
      profile: {
        ...profile,
        username: given.username ?? profile.username,
        sentinelUsername: given.sentinelUsername ?? profile.sentinelUsername,
      },
      password: password === undefined ? (given.password ?? undefined) : emptyIsNone(password),
      sentinelPassword:
        sentinelPassword === undefined ? (given.sentinelPassword ?? undefined) : emptyIsNone(sentinelPassword),
    };
  }

  /** @throws EngineError CONNECTION_INVALID, VAULT_UNAVAILABLE, STORE_UNAVAILABLE */
  save({ profile, ...secrets }: ReadDraft): void {
    const others = this.list().filter(({ id }) => id !== profile.id);
    if (others.length >= mostProfiles) {
      throw new EngineError(
        'CONNECTION_INVALID',
        `There are ${mostProfiles} connections already, the most that are kept`,
      );
    }
    // The secrets first: a profile without its password would only be refused.
    for (const kind of ['password', 'sentinelPassword'] as const) {
      const secret = secrets[kind];
      if (secret === null) this.#parts.vault.remove(secretName(profile.id, kind));
      else if (secret !== undefined) this.#parts.vault.set(secretName(profile.id, kind), secret);
    }
    this.#write([...others, profile]);
  }

  /** With its secrets. @throws EngineError CONNECTION_NOT_FOUND, VAULT_UNAVAILABLE, STORE_UNAVAILABLE */
  remove(id: string): void {
    this.get(id);
    this.#write(this.list().filter((profile) => profile.id !== id));
    for (const kind of ['password', 'sentinelPassword'] as const) this.#parts.vault.remove(secretName(id, kind));
  }

  /** @throws EngineError STORE_UNAVAILABLE */
  export(): ConnectionExport {
    return {
      format: 'vigia-connections',
      version: 1,
      connections: this.list().map(({ id: _id, ...profile }) => profile),
    };
  }

  /** Ids of what was added, and the report. @throws EngineError REDIS_URL_INVALID when one of the addresses is wrong: then none is added */
  import(document: ConnectionExport): ConnectionImport & { ids: string[] } {
    const known = new Set(this.list().map(({ name }) => name));
    const fresh = document.connections.filter(({ name }) => !known.has(name) && known.add(name));
    const drafts = fresh.map((profile) => this.read(profile));
    // An export of another hand may hold credentials; they are not what was asked to be imported.
    for (const { profile } of drafts) this.save({ profile });
    return {
      added: fresh.map(({ name }) => name),
      skipped: document.connections.filter((profile) => !fresh.includes(profile)).map(({ name }) => name),
      ids: drafts.map(({ profile }) => profile.id),
    };
  }

  #secret(id: string, kind: SecretKind): string | null {
    return this.#parts.vault.get(secretName(id, kind));
  }

  #write(profiles: readonly ConnectionProfile[]): void {
    this.#parts.store.settings.set(settingKey, JSON.stringify(profiles));
  }
}

const defaults = {
  colour: 'grey',
  environment: 'other',
  username: null,
  sentinelUsername: null,
} as const satisfies Partial<ConnectionProfile>;

function secretName(id: string, kind: SecretKind): string {
  return `connection.${id}.${kind}`;
}

function emptyIsNone(text: string | null): string | null {
  return text === '' ? null : text;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
