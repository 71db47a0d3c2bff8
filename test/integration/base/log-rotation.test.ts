/** Log files on a real disk: set aside when large, few kept, nothing lost on the way. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { rotate } from '../../../engine/base/log-rotation.ts';
import { createLogger } from '../../../engine/base/logger.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-log-'));
  file = join(folder, 'worker.log');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const names = (): string[] => readdirSync(folder).toSorted();
const text = (name: string): string => readFileSync(join(folder, name), 'utf8');

describe('a log file', () => {
  it('is left alone while it is small, or not there at all', () => {
    rotate(file, { sizeBytes: 10, keptFiles: 2 });
    writeFileSync(file, 'small');
    rotate(file, { sizeBytes: 10, keptFiles: 2 });
    expect(names()).toEqual(['worker.log']);
  });

  it('is set aside when it is large; the oldest goes', () => {
    for (const line of ['first line', 'second line', 'third line', 'fourth line']) {
      writeFileSync(file, line);
      rotate(file, { sizeBytes: 10, keptFiles: 2 });
    }
    expect(names()).toEqual(['worker.log.1', 'worker.log.2']);
    expect([text('worker.log.1'), text('worker.log.2')]).toEqual(['fourth line', 'third line']);
  });

  it('of a logger begins anew above ten megabytes', () => {
    writeFileSync(file, 'x'.repeat(10 * 1024 * 1024));
    createLogger({ level: 'info', file }).info('after');
    expect(names()).toEqual(['worker.log', 'worker.log.1']);
    expect(text('worker.log')).toContain('"after"');
  });
});
