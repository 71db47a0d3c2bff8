/** Every text that the console asks for exists in both languages, with the same placeholders. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { en } from '../../../src/renderer/i18n/en.ts';
import { es } from '../../../src/renderer/i18n/es.ts';

function flatten(value: unknown, path = ''): Map<string, string> {
  if (typeof value === 'string') return new Map([[path, value]]);
  return new Map(
    Object.entries(value as Record<string, unknown>).flatMap(([key, inner]) => [
      ...flatten(inner, path === '' ? key : `${path}.${key}`),
    ]),
  );
}

const english = flatten(en);
const spanish = flatten(es);
const root = join(import.meta.dirname, '../../../src/renderer');

function sourceFiles(): string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /\.tsx?$/.test(path) && !path.startsWith('i18n'),
  );
}

describe('texts', () => {
  it('exist in both languages', () => {
    expect([...spanish.keys()].sort()).toEqual([...english.keys()].sort());
  });

  it('have the same placeholders in both', () => {
    const placeholders = (text: string | undefined): string[] => (text?.match(/\{\{\w+\}\}/g) ?? []).sort();
    for (const [key, text] of english) expect([key, placeholders(spanish.get(key))]).toEqual([key, placeholders(text)]);
  });

  it('are there for every key that is asked for by name', () => {
    const missing = sourceFiles().flatMap((path) => {
      const source = readFileSync(join(root, path), 'utf8');
      return [...source.matchAll(/\bt\(\s*'([\w.]+)'/g)]
        .map((match) => match[1] ?? '')
        .filter((key) => !english.has(key) && !english.has(`${key}_other`))
        .map((key) => `${path}: ${key}`);
    });
    expect(missing).toEqual([]);
  });
});
