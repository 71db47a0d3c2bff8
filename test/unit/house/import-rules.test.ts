import { globSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { circlesAmong, judge } from '../../support/import-rules.ts';

const root = new URL('../../../', import.meta.url).pathname;
const sources = globSync(['engine/**/*.{ts,tsx}', 'src/**/*.{ts,tsx}', 'packs/**/*.ts'], { cwd: root })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => !file.endsWith('.d.ts'));

describe('the import table', () => {
  test('holds in every source file', () => {
    expect(sources.length).toBeGreaterThan(30);
    const violations = sources.flatMap((file) => judge(file, readFileSync(`${root}${file}`, 'utf8')));
    expect(violations.map(({ file, problem }) => `${file} ${problem}`)).toEqual([]);
  }, 60_000);

  const planted: [rule: string, file: string, text: string, problem: string][] = [
    [
      'a room it may not know',
      'engine/model/x.ts',
      "import { a } from '../redis/link.ts';",
      'may not import engine/redis/link.ts',
    ],
    ['a type-only import', 'engine/base/x.ts', "import type { A } from '../model/alert.ts';", 'may not import'],
    ['a re-export', 'engine/redis/x.ts', "export * from '../store/open.ts';", 'may not import'],
    ['a named re-export', 'engine/redis/x.ts', "export { a } from '../store/open.ts';", 'may not import'],
    ['a type in an import()', 'engine/redis/x.ts', "export type A = import('../store/open.ts').A;", 'may not import'],
    ['a dynamic import', 'engine/cache/x.ts', "await import('../queue/y.ts');", 'may not import'],
    ['a computed import', 'engine/cache/x.ts', 'await import(name);', 'only known at run time'],
    [
      'a host that imports a host',
      'src/cli/x.ts',
      "import { a } from '../web/host.ts';",
      'may not import src/web/host.ts',
    ],
    [
      'a host that goes past the door',
      'src/web/x.ts',
      "import { a } from '../../engine/redis/link.ts';",
      'may not import',
    ],
    [
      'shared that knows more than the vocabulary',
      'src/shared/x.ts',
      "import { a } from '../../engine/base/clock.ts';",
      'may not import',
    ],
    [
      'a preload that knows the contract',
      'src/preload/x.ts',
      "import { a } from '../shared/contract.ts';",
      'may not import',
    ],
    [
      'a renderer that knows the engine',
      'src/renderer/x.tsx',
      "import { a } from '../../engine/model/alert.ts';",
      'may not import',
    ],
    [
      'a page that imports a page',
      'src/renderer/pages/kpis/x.tsx',
      "import { a } from '../alerts/y.tsx';",
      'page kpis may not import',
    ],
    ['ui that knows a page', 'src/renderer/ui/x.tsx', "import { a } from '../pages/alerts/y.tsx';", 'ui may not know'],
    ['a pack that knows Redis', 'packs/edp/x.ts', "import { a } from '../../engine/redis/link.ts';", 'may not import'],
    [
      'a package behind another door',
      'engine/cache/x.ts',
      "import { Redis } from 'ioredis';",
      'whose door is elsewhere',
    ],
    ['React outside the renderer', 'src/shared/x.ts', "import { useState } from 'react';", 'whose door is elsewhere'],
    ['Electron in the engine', 'engine/health/x.ts', "import { app } from 'electron';", 'whose door is elsewhere'],
    ['a package without a door', 'engine/cache/x.ts', "import x from 'left-pad';", 'which has no door'],
    ['Node where there is none', 'src/renderer/x.ts', "import { join } from 'node:path';", 'runs without Node'],
    ['the time', 'engine/cache/x.ts', 'export const a = Date.now();', 'uses Date.now'],
    ['the time by another name', 'engine/cache/x.ts', 'export const a = new Date();', 'uses new Date()'],
    ['the time handed on', 'engine/cache/x.ts', 'export const a = { now: Date.now };', 'uses Date.now'],
    ['a timer', 'engine/queue/x.ts', 'setTimeout(() => 1, 2);', 'calls setTimeout'],
    ['a repeated timer', 'engine/queue/x.ts', 'setInterval(() => 1, 2);', 'calls setInterval'],
    [
      'a timer from elsewhere',
      'engine/queue/x.ts',
      "import { setTimeout } from 'node:timers/promises';",
      'takes timers',
    ],
    ['chance', 'engine/queue/x.ts', 'export const a = Math.random();', 'uses Math.random'],
    [
      'a random id',
      'engine/queue/x.ts',
      "import { randomUUID } from 'node:crypto'; export const a = randomUUID();",
      'calls randomUUID',
    ],
    ['a vague name', 'engine/cache/utils.ts', 'export const a = 1;', 'says nothing'],
    ['a vague folder', 'engine/cache/helpers/x.ts', 'export const a = 1;', 'says nothing'],
    ['a barrel', 'engine/cache/index.ts', "export { a } from './x.ts';", 'is a barrel'],
    ['a room nobody planned', 'engine/magic/x.ts', 'export const a = 1;', 'is in no room'],
    ['what cannot be parsed', 'engine/cache/x.ts', 'export const = 1;', 'cannot be parsed'],
  ];
  test.each(planted)('catches %s', (_rule, file, text, problem) => {
    expect(
      judge(file, text)
        .map((violation) => violation.problem)
        .join('\n'),
    ).toContain(problem);
  });

  test.each([
    ['engine/base/x.ts', 'export const a = Date.now(); setTimeout(() => 1, 2);'],
    [
      'engine/cache/x.ts',
      "import { z } from 'zod'; import type { Link } from '../redis/link.ts'; export const a = new Date(5);",
    ],
    ['engine/engine.ts', "import { edp } from '../packs/edp/index.ts'; import { a } from './redis/link.ts';"],
    ['engine/wiring/x.ts', "import { a } from '../api/verbs.ts';"],
    [
      'src/web/x.ts',
      "import { createEngine } from '../../engine/index.ts'; import { a } from '../shared/wire.ts'; setTimeout(() => 1, 2);",
    ],
    [
      'src/renderer/pages/kpis/x.tsx',
      "import { Tile } from '../../ui/Tile.tsx'; import './x.css'; export const a = <b />;",
    ],
    ['packs/edp/x.ts', "import type { KpiPack } from '../../engine/kpi/pack.ts'; import sql from './x.sql?raw';"],
  ])('lets %s do what it may', (file, text) => {
    expect(judge(file, text)).toEqual([]);
  });
});

describe('files that import each other in a circle', () => {
  test('are none', () => {
    expect(circlesAmong(new Map(sources.map((file) => [file, readFileSync(`${root}${file}`, 'utf8')])))).toEqual([]);
  }, 60_000);

  test('are found, by types too', () => {
    const texts = new Map([
      ['engine/a.ts', "import { b } from './b.ts';"],
      ['engine/b.ts', "import { c } from './rooms/c.ts';"],
      ['engine/rooms/c.ts', "import type { B } from '../b.ts';"],
    ]);
    expect(circlesAmong(texts)).toEqual([['engine/b.ts', 'engine/rooms/c.ts']]);
  });
});
