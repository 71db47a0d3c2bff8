/** Where passwords are kept: sealed by the system's keychain where a host has one, else in a file that only its owner can read. */
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { EngineError, messageOf } from '../base/errors.ts';

export interface SecretVault {
  readonly kind: 'keychain' | 'file';
  /** Null when there is none. @throws EngineError VAULT_UNAVAILABLE */
  get(name: string): string | null;
  /** @throws EngineError VAULT_UNAVAILABLE */
  set(name: string, secret: string): void;
  /** @throws EngineError VAULT_UNAVAILABLE */
  remove(name: string): void;
}

/** Encrypts with a key that the operating system keeps for this user. */
export interface Seal {
  /** Base64. */
  seal(secret: string): string;
  open(sealed: string): string;
}

export interface VaultOptions {
  /** The caller holds this folder alone. */
  readonly dataDir: string;
  /** Null where there is no keychain. */
  readonly seal: Seal | null;
  /** `VIGIA_SECRET_<NAME>` comes before what was kept: for hosts without a desktop, e.g. containers. */
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Pairs of a name and a secret; no name means anything to an object. */
const fileSchema = z.object({ version: z.literal(1), secrets: z.array(z.tuple([z.string(), z.string()])) });
const ownerOnly = 0o600;

export function openVault({ dataDir, seal, env }: VaultOptions): SecretVault {
  const file = join(dataDir, seal === null ? 'secrets.json' : 'secrets.sealed.json');
  const guarded = <Value>(work: () => Value): Value => {
    try {
      return work();
    } catch (error) {
      throw new EngineError('VAULT_UNAVAILABLE', `The secrets in ${file} cannot be used: ${messageOf(error)}`);
    }
  };
  const change = (edit: (secrets: Map<string, string>) => void): void => {
    const secrets = readSecrets(file);
    edit(secrets);
    writeSecrets(file, secrets);
  };
  return {
    kind: seal === null ? 'file' : 'keychain',
    get: (name) =>
      env[variableOf(name)] ??
      guarded(() => {
        const kept = readSecrets(file).get(name);
        if (kept === undefined) return null;
        return seal === null ? kept : seal.open(kept);
      }),
    set: (name, secret) =>
      guarded(() => change((secrets) => secrets.set(name, seal === null ? secret : seal.seal(secret)))),
    remove: (name) => guarded(() => change((secrets) => secrets.delete(name))),
  };
}

/** `connection.3f2a.password` → `VIGIA_SECRET_CONNECTION_3F2A_PASSWORD`. */
function variableOf(name: string): string {
  return `VIGIA_SECRET_${name.toUpperCase().replaceAll(/[^A-Z0-9]+/g, '_')}`;
}

/** Others on this machine must not read it, whoever loosened its mode. */
function readSecrets(file: string): Map<string, string> {
  if (!existsSync(file)) return new Map();
  chmodSync(file, ownerOnly);
  return new Map(fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))).secrets);
}

/** Written beside it first: a crash leaves the old file or the new one. */
function writeSecrets(file: string, secrets: ReadonlyMap<string, string>): void {
  const draft = `${file}.new`;
  writeFileSync(draft, JSON.stringify({ version: 1, secrets: [...secrets] }), { mode: ownerOnly });
  chmodSync(draft, ownerOnly);
  renameSync(draft, file);
}
