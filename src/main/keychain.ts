/** Seals passwords with the operating system's keychain, where it has one that is worth the name. */
import { safeStorage } from 'electron';
import type { Seal } from '../../engine/index.ts';

/**
 * Null where nothing better than a fixed key is to be had; the passwords then go to a file of their owner alone.
 * Source: Electron's safeStorage; on Linux without a keyring the backend is `basic_text`, which protects nothing.
 */
export function keychainSeal(): Seal | null {
  if (!safeStorage.isEncryptionAvailable()) return null;
  if (process.platform === 'linux' && safeStorage.getSelectedStorageBackend() === 'basic_text') return null;
  return {
    seal: (secret) => safeStorage.encryptString(secret).toString('base64'),
    open: (sealed) => safeStorage.decryptString(Buffer.from(sealed, 'base64')),
  };
}
