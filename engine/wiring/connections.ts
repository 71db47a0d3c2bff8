/** Every Redis connection that may be looked at, by id: the engine's own two, and the user's profiles. */
import type { Stop } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { EngineError, messageOf } from '../base/errors.ts';
import type { SecretVault } from '../config/secret-vault.ts';
import type {
  ConnectionDraft,
  ConnectionExport,
  ConnectionImport,
  ConnectionProfile,
  ConnectionTest,
  ConnectionView,
} from '../model/connection.ts';
import type { RedisRole } from '../model/health.ts';
import type { RedisAddress } from '../redis/address.ts';
import { RedisLink } from '../redis/link.ts';
import { OperateGate } from '../redis/operate-gate.ts';
import { tryAddress } from '../redis/try-address.ts';
import type { Store } from '../store/store.ts';
import { builtInIds, ConnectionProfiles } from './connection-profiles.ts';
import type { Foundation } from './foundation.ts';
import type { Links } from './links.ts';

/** What a monitoring room is given: a link for a connection's id, and word when there are others. */
export interface Connections {
  /** `cache` and `broker` first, then the profiles in the order of their names. */
  ids(): readonly string[];
  /**
   * The link of a connection, for monitoring: it may refuse writes (REDIS_READ_ONLY) and is closed when the profile
   * changes or goes, so ask for it each time and keep none.
   * @throws EngineError CONNECTION_NOT_FOUND
   */
  of(connectionId: string): RedisLink;
  /** A connection was added, changed, or removed, its mode or the state of its link moved. */
  onChange(listener: (connectionId: string) => void): Stop;
  list(): ConnectionView[];
  readonly vaultKind: SecretVault['kind'];
  /** Writes nothing, here and there. @throws EngineError REDIS_URL_INVALID, CONNECTION_INVALID, CONNECTION_NOT_FOUND */
  test(draft: ConnectionDraft): Promise<ConnectionTest>;
  /** @throws EngineError REDIS_URL_INVALID, CONNECTION_INVALID, CONNECTION_NOT_FOUND, VAULT_UNAVAILABLE */
  save(draft: ConnectionDraft): Promise<ConnectionView>;
  /** @throws EngineError CONNECTION_NOT_FOUND, VAULT_UNAVAILABLE */
  remove(connectionId: string): Promise<void>;
  export(): ConnectionExport;
  /** @throws EngineError REDIS_URL_INVALID */
  import(document: ConnectionExport): ConnectionImport;
  /** Lets writes pass for a while. @throws EngineError CONNECTION_NOT_FOUND */
  unlock(connectionId: string, forMs: number): ConnectionView;
  /** @throws EngineError CONNECTION_NOT_FOUND */
  lock(connectionId: string): ConnectionView;
  close(): Promise<void>;
}

export interface ConnectionInputs {
  readonly links: Pick<Links, RedisRole>;
  readonly store: Pick<Store, 'settings'>;
  readonly vault: SecretVault;
}

/** What sets the address of the engine's own connections. */
const variables: Readonly<Record<string, string>> = { cache: 'REDIS_URL', broker: 'CELERY_BROKER_URL' };

/** A connection that is open, with what is shown of it. */
interface Watched {
  readonly profile: ConnectionProfile;
  readonly address: RedisAddress;
  readonly gate: OperateGate;
  readonly link: RedisLink;
  readonly stop: Stop;
}

/** Opens the links of every profile; one that cannot be opened says so in its view and goes on trying. */
export function openConnections(inputs: ConnectionInputs, foundation: Foundation): Connections {
  return new ConnectionRegistry(inputs, foundation);
}

class ConnectionRegistry implements Connections {
  readonly #foundation: Foundation;
  readonly #links: ConnectionInputs['links'];
  readonly #profiles: ConnectionProfiles;
  readonly #watched = new Map<string, Watched>();
  readonly #changes: Emitter<{ change: string }>;

  constructor({ links, store, vault }: ConnectionInputs, foundation: Foundation) {
    this.#foundation = foundation;
    this.#links = links;
    this.#profiles = new ConnectionProfiles({ store, vault, ids: foundation.ids });
    this.#changes = new Emitter((error) =>
      foundation.logger.error('A listener to the connections failed', { error: messageOf(error) }),
    );
    for (const role of ['cache', 'broker'] as const) this.#watchOwn(role);
    for (const profile of this.#profiles.list()) this.#tryToWatch(profile);
  }

  get vaultKind(): SecretVault['kind'] {
    return this.#profiles.vaultKind;
  }

  ids(): readonly string[] {
    return [...builtInIds, ...this.#profiles.list().map(({ id }) => id)].filter((id) => this.#watched.has(id));
  }

  of(connectionId: string): RedisLink {
    return this.#get(connectionId).link;
  }

  onChange(listener: (connectionId: string) => void): Stop {
    return this.#changes.on('change', listener);
  }

  list(): ConnectionView[] {
    return this.ids().map((id) => this.#view(id));
  }

  test(draft: ConnectionDraft): Promise<ConnectionTest> {
    return tryAddress(this.#profiles.addressOfDraft(draft), this.#foundation);
  }

  async save(draft: ConnectionDraft): Promise<ConnectionView> {
    const read = this.#profiles.read(draft);
    this.#profiles.save(read);
    await this.#end(read.profile.id);
    this.#watch(read.profile);
    this.#changes.emit('change', read.profile.id);
    return this.#view(read.profile.id);
  }

  async remove(connectionId: string): Promise<void> {
    this.#profiles.remove(connectionId);
    await this.#end(connectionId);
    this.#changes.emit('change', connectionId);
  }

  export(): ConnectionExport {
    return this.#profiles.export();
  }

  import(document: ConnectionExport): ConnectionImport {
    const { ids, ...report } = this.#profiles.import(document);
    for (const id of ids) {
      this.#tryToWatch(this.#profiles.get(id));
      this.#changes.emit('change', id);
    }
    return report;
  }

  unlock(connectionId: string, forMs: number): ConnectionView {
    this.#get(connectionId).gate.unlock(forMs);
    return this.#view(connectionId);
  }

  lock(connectionId: string): ConnectionView {
    this.#get(connectionId).gate.lock();
    return this.#view(connectionId);
  }

  async close(): Promise<void> {
    await Promise.all([...this.#watched.keys()].map((id) => this.#end(id)));
  }

  /** A guarded link beside the engine's own: what people do through it is not what the engine must do to live. */
  #watchOwn(role: RedisRole): void {
    const own = this.#links[role];
    const { target } = own;
    const profile: ConnectionProfile = {
      ...{ id: role, name: role, colour: 'grey', environment: 'other', url: target.label },
      ...{ username: target.username, sentinelUsername: target.sentinelUsername },
      purposes: role === 'cache' ? ['cache', 'keys'] : ['bullmq', 'celery', 'keys'],
    };
    this.#add(profile, target, own.view().embedded);
  }

  #tryToWatch(profile: ConnectionProfile): void {
    try {
      this.#watch(profile);
    } catch (error) {
      this.#foundation.logger.error('A connection cannot be opened', { name: profile.name, error: messageOf(error) });
    }
  }

  #watch(profile: ConnectionProfile): void {
    this.#add(profile, this.#profiles.addressOf(profile), false);
  }

  #add(profile: ConnectionProfile, address: RedisAddress, embedded: boolean): void {
    const { id, environment, name } = profile;
    const onChange = (): void => this.#changes.emit('change', id);
    const { clock } = this.#foundation;
    // A tunnel makes another machine look like this one; whoever calls it production must unlock it all the same.
    const byDefault = address.local && environment !== 'production' ? 'operate' : 'observe';
    const gate = new OperateGate({ title: `the connection "${name}"`, byDefault, clock, onChange });
    const link = new RedisLink({
      role: id,
      purpose: 'watch',
      url: address,
      access: gate,
      embedded,
      ...this.#foundation,
    });
    const stop = link.onChange(onChange);
    this.#watched.set(id, { profile, address, gate, link, stop });
  }

  async #end(id: string): Promise<void> {
    const watched = this.#watched.get(id);
    if (!watched) return;
    this.#watched.delete(id);
    watched.stop();
    watched.gate.close();
    await watched.link.close();
  }

  #get(connectionId: string): Watched {
    const watched = this.#watched.get(connectionId);
    if (watched) return watched;
    throw new EngineError('CONNECTION_NOT_FOUND', `There is no connection "${connectionId}"`);
  }

  #view(connectionId: string): ConnectionView {
    const { profile, address, gate, link } = this.#get(connectionId);
    const { role: _role, ...status } = link.view();
    return {
      ...profile,
      builtIn: builtInIds.includes(connectionId),
      setBy: status.embedded ? null : (variables[connectionId] ?? null),
      local: address.local,
      topology: address.topology,
      hasPassword: address.password !== null,
      mode: gate.mode,
      operateUntilMs: gate.untilMs,
      link: { ...status, nextTryAtMs: link.nextTryAtMs },
    };
  }
}
