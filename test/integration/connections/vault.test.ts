import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openVault, type SecretVault } from '../../../engine/config/secret-vault.ts';

let dataDir: string;
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'vigia-vault-'));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

const open = (env: Record<string, string> = {}): SecretVault => openVault({ dataDir, seal: null, env });
const mode = (name: string): string => (statSync(join(dataDir, name)).mode & 0o777).toString(8);

describe('the vault in a file', () => {
  test('keeps, changes and forgets secrets, for its owner only', () => {
    const vault = open();
    expect([vault.kind, vault.get('a')]).toEqual(['file', null]);
    vault.set('a', 'one');
    vault.set('b', 'two');
    vault.set('a', 'three');
    expect([open().get('a'), open().get('b'), mode('secrets.json')]).toEqual(['three', 'two', '600']);
    vault.remove('a');
    vault.remove('never there');
    expect([open().get('a'), open().get('b')]).toEqual([null, 'two']);
  });

  test('takes away again what others were allowed', () => {
    open().set('a', 'one');
    chmodSync(join(dataDir, 'secrets.json'), 0o644);
    expect(open().get('a')).toBe('one');
    expect(mode('secrets.json')).toBe('600');
  });

  test('gives way to the environment', () => {
    open().set('connection.3f-2a.password', 'kept');
    const vault = open({ VIGIA_SECRET_CONNECTION_3F_2A_PASSWORD: 'given' });
    expect(vault.get('connection.3f-2a.password')).toBe('given');
  });

  test('that cannot be read says so, repeats nothing of it, and is not overwritten', () => {
    const file = join(dataDir, 'secrets.json');
    writeFileSync(file, '{"secrets": "s3cret');
    const unavailable = expect.objectContaining({ code: 'VAULT_UNAVAILABLE', message: expect.stringContaining(file) });
    expect(() => open().get('a')).toThrow(unavailable);
    expect(() => open().set('a', 'b')).toThrow(unavailable);
    expect(readFileSync(file, 'utf8')).toBe('{"secrets": "s3cret');
  });

  test('holds names that mean something to JavaScript like any other', () => {
    const vault = open();
    expect(vault.get('constructor')).toBeNull();
    vault.set('__proto__', 'x');
    expect([vault.get('__proto__'), vault.get('toString')]).toEqual(['x', null]);
  });
});
