/** What is written of a command's input. */
import { expect, it } from 'vitest';
import { redactedJson } from '../../../engine/store/audit-store.ts';

it('blanks secrets by name, at any depth, and users in URLs', () => {
  const input = { note: 'x', auth: { password: 'p', apiKey: 'k' }, url: 'redis://ana:secret@host:6379/0' };
  expect(redactedJson(input)).toBe(
    '{"note":"x","auth":{"password":"***","apiKey":"***"},"url":"redis://***@host:6379/0"}',
  );
});

it('blanks every secret of a connection that is saved', () => {
  const url = 'redis-sentinel://ana:s3cret@h1,h2/m?sentinel_username=eye&sentinel_password=s3cret';
  const json = redactedJson({ name: 'Sales', url, password: 's3cret', sentinelPassword: 's3cret' });
  expect(json).not.toContain('s3cret');
  expect(json).toContain('"name":"Sales"');
});

it('cuts what is too long and writes null for nothing', () => {
  expect(redactedJson({ text: 'a'.repeat(10_000) })).toHaveLength(4_001);
  expect(redactedJson(undefined)).toBe('null');
});
