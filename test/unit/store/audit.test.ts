/** What is written of a command's input. */
import { expect, it } from 'vitest';
import { redactedJson } from '../../../engine/store/audit-store.ts';

it('blanks secrets by name, at any depth, and users in URLs', () => {
  const input = { note: 'x', auth: { password: 'p', apiKey: 'k' }, url: 'redis://ana:secret@host:6379/0' };
  expect(redactedJson(input)).toBe(
    '{"note":"x","auth":{"password":"***","apiKey":"***"},"url":"redis://***@host:6379/0"}',
  );
});

it('cuts what is too long and writes null for nothing', () => {
  expect(redactedJson({ text: 'a'.repeat(10_000) })).toHaveLength(4_001);
  expect(redactedJson(undefined)).toBe('null');
});
