import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openVault } from '../../../engine/config/secret-vault.ts';
import { keychainSeal } from '../../../src/main/keychain.ts';
import { world } from '../../support/electron-double.ts';

let dataDir: string;
beforeEach(() => {
  world.reset();
  dataDir = mkdtempSync(join(tmpdir(), 'vigia-keychain-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test('what the keychain sealed is on disk unreadable, and comes back whole', () => {
  const vault = openVault({ dataDir, seal: keychainSeal(), env: {} });
  vault.set('connection.1.password', 'contraseña 🔑');
  expect(vault.kind).toBe('keychain');
  const [file = ''] = readdirSync(dataDir);
  expect(readFileSync(join(dataDir, file), 'utf8')).not.toContain('contrase');
  const again = openVault({ dataDir, seal: keychainSeal(), env: {} });
  expect(again.get('connection.1.password')).toBe('contraseña 🔑');
});

test.each(['none', 'fixed-key'] as const)('a keychain that is %s seals nothing', (keychain) => {
  world.keychain = keychain;
  expect(process.platform === 'linux' || keychain === 'none').toBe(true);
  expect(keychainSeal()).toBeNull();
});
