import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive, type Program, runProgram } from '../../support/program.ts';
import { until } from '../../support/until.ts';

const root = new URL('../../../', import.meta.url).pathname;
const fewRows = '400';

let folder: string;
let dataDir: string;
const programs: Program[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vigia-start-'));
  dataDir = join(folder, 'data');
});
afterEach(async () => {
  for (const program of programs.splice(0)) program.destroy();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

function environment(extra: Record<string, string> = {}): Record<string, string | undefined> {
  const bare = Object.entries(process.env).filter(
    ([name]) => !/^(VIGIA_|REDIS_|CELERY_|VITEST|npm_|INIT_CWD|NODE_)/.test(name),
  );
  return { ...Object.fromEntries(bare), VIGIA_DEMO_ROWS: fewRows, ...extra };
}

function run(command: string, args: readonly string[], env: Record<string, string> = {}): Program {
  const program = runProgram(command, args, environment(env), root);
  programs.push(program);
  return program;
}

const npmStart = (...args: string[]) =>
  run('npm', ['start', '--', '--headless', '--data-dir', dataDir, '--port', '0', ...args]);
const serve = (args: readonly string[] = [], env: Record<string, string> = {}) =>
  run(process.execPath, ['src/web/serve.ts', '--data-dir', dataDir, ...args], env);
const vigia = (...args: string[]) => run(process.execPath, ['src/cli/index.ts', ...args]);

async function ready(program: Program): Promise<string> {
  return (await program.says(/ready at (http:\/\/127\.0\.0\.1:\d+)/))[1] ?? '';
}

async function ask(
  address: string,
  path: string,
  token = readFileSync(join(dataDir, 'token'), 'utf8').trim(),
): Promise<Response> {
  return await fetch(`${address}${path}`, { headers: { authorization: `Bearer ${token}` } });
}

async function allGone(family: readonly number[], timeoutMs: number): Promise<void> {
  await until(() => family.every((pid) => !isAlive(pid)), timeoutMs, `the end of ${family.join(', ')}`);
}

describe('npm start -- --headless', () => {
  test('answers healthy with KPIs, and Ctrl+C stops everything within 5 s with exit code 0', async () => {
    const program = npmStart();
    const address = await ready(program);
    const kpis = await ask(address, '/manager/api/kpis?wait=15000');
    expect(await kpis.json()).toMatchObject({
      state: 'fresh',
      demo: true,
      kpis: { edp_count: { value: Number(fewRows) } },
    });
    await until(async () => (await ask(address, '/health/system')).ok, 10_000);
    await until(() => program.family().length >= 5, 10_000, 'two Redis servers and a worker beside npm and the host');
    const family = program.family();
    const startedAt = performance.now();
    program.signalGroup('SIGINT');
    expect((await program.ended(5_000)).code).toBe(0);
    await allGone(family, 5_000 - (performance.now() - startedAt));
  });

  test('stops everything when npm alone is told to end', async () => {
    const program = npmStart();
    await ready(program);
    const family = program.family();
    program.signal('SIGTERM');
    await program.ended(5_000);
    await allGone(family, 5_000);
  });

  test('stops everything when npm is killed and cannot tell', async () => {
    const program = npmStart();
    await ready(program);
    const family = program.family();
    program.signal('SIGKILL');
    await allGone(family, 6_000);
  });

  test('says that another instance has the data folder and exits 3, which disturbs the first in nothing', async () => {
    const first = npmStart();
    const address = await ready(first);
    const second = await npmStart().ended();
    expect(second.code).toBe(3);
    expect(second.output).toContain(dataDir);
    expect((await ask(address, '/health/live')).status).toBe(200);
  });
});

describe('the headless program', () => {
  test('keeps the token that it makes, readable by its owner only, and out of what it says', async () => {
    const program = serve();
    const address = await ready(program);
    const file = join(dataDir, 'token');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(program.output()).not.toContain(readFileSync(file, 'utf8').trim());
    expect((await ask(address, '/manager/api/performance/metrics')).status).toBe(200);
    expect((await ask(address, '/manager/api/performance/metrics', 'wrong-wrong-wrong-wrong')).status).toBe(401);
  });

  test('takes a token that it is given and keeps it nowhere', async () => {
    const program = serve(['--token', 'given-by-the-user-1']);
    const address = await ready(program);
    expect((await ask(address, '/manager/api/performance/metrics', 'given-by-the-user-1')).status).toBe(200);
    expect(existsSync(join(dataDir, 'token'))).toBe(false);
    expect(program.output()).not.toContain('given-by-the-user-1');
  });

  test('starts again on a folder whose last instance was killed', async () => {
    const first = serve();
    await ready(first);
    const family = first.family();
    first.destroy();
    await allGone(family, 5_000);
    await ready(serve());
  });

  test('names a port that is taken, exits 1, and starts nothing', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await until(() => other.listening, 1_000);
    const address = other.address();
    const port = String(typeof address === 'object' ? address?.port : 0);
    const { code, output } = await serve(['--port', port]).ended();
    other.close();
    expect(code).toBe(1);
    expect(output).toContain(`Port ${port}`);
    expect(output).toContain('--port');
    expect(existsSync(join(dataDir, 'vigia.db'))).toBe(false);
  });

  test('names a data folder that cannot be written and exits 1', async () => {
    writeFileSync(dataDir, 'a file in its place');
    const { code, output } = await serve().ended();
    expect(code).toBe(1);
    expect(output).toContain(`The data folder ${dataDir} cannot be written`);
    expect(output).toContain('--data-dir');
  });

  test.each([
    [
      'a variable',
      [],
      { REDIS_CACHE_TTL_KPIS: 'ten' },
      ['REDIS_CACHE_TTL_KPIS', '"ten"', 'whole seconds from 1 to 604800'],
    ],
    ['a flag', ['--redis', 'http://cache'], {}, ['--redis', '"http://cache"', 'redis://host:port/db']],
    ['a port', ['--port', '99999'], {}, ['--port', '"99999"', 'from 0 (any free one) to 65535']],
    ['a pack', [], { VIGIA_PACK: 'nope' }, ['VIGIA_PACK', '"nope"', 'edp']],
    ['an unknown flag', ['--prot', '1'], {}, ['"--prot"', '--port <number>']],
    ['a flag without its value', ['--port'], {}, ['--port needs a value']],
  ])(
    'refuses %s that is wrong: names it, its value and what is accepted, and exits 2',
    async (_what, args, env, words) => {
      const { code, output } = await serve(args, env).ended();
      for (const word of words) expect(output).toContain(word);
      expect(output).not.toMatch(/\n\s+at /);
      expect(code).toBe(2);
    },
  );

  test('serves without the Redis it was pointed at, and says which it misses without its password', async () => {
    const program = serve(['--redis', 'redis://user:hush-hush@127.0.0.1:1/0']);
    const address = await ready(program);
    const health = (await (await ask(address, '/health/system')).json()) as { redis: string };
    expect(health.redis).not.toBe('connected');
    expect(JSON.stringify(health)).toContain('127.0.0.1:1');
    expect(JSON.stringify(health) + program.output()).not.toContain('hush-hush');
    const kpis = (await (await ask(address, '/manager/api/kpis?wait=10000')).json()) as {
      kpis: { edp_count?: { value: number } };
    };
    expect(kpis.kpis.edp_count?.value).toBe(Number(fewRows));
  });
});

describe('the command line', () => {
  test('prints each setting with where it came from', async () => {
    const { code, output } = await vigia('config', '--data-dir', dataDir, '--port', '4000').ended();
    expect(code).toBe(0);
    expect(output).toMatch(/VIGIA_PORT\s+4000\s+flag/);
    expect(output).toMatch(new RegExp(`VIGIA_DEMO_ROWS\\s+${fewRows}\\s+environment`));
    expect(output).toMatch(/REDIS_CACHE_TTL_KPIS\s+600\s+default/);
  });

  test('serves like the program itself', async () => {
    const program = vigia('serve', '--data-dir', dataDir);
    await ready(program);
    program.signal('SIGTERM');
    expect((await program.ended(5_000)).code).toBe(0);
  });

  test('writes demo data of any size, the same for the same seed', async () => {
    const write = async (file: string) =>
      await vigia('demo', '--rows', '1000', '--seed', '7', '--data-dir', dataDir, '--file', file).ended();
    const { code, output } = await write(join(folder, 'a.duckdb'));
    expect(code).toBe(0);
    expect(output).toContain('1000 payment statements');
    expect(existsSync(join(folder, 'a.duckdb'))).toBe(true);
  });

  test.each([
    [['demo', '--rows', 'many'], '--rows is "many"'],
    [['nonsense'], 'nonsense'],
    [['config', '--nonsense'], '--nonsense'],
  ])('refuses %j with exit code 2', async (args, words) => {
    const { code, output } = await vigia(...args).ended();
    expect(output).toContain(words);
    expect(code).toBe(2);
  });

  test('tells its version', async () => {
    const { code, output } = await vigia('--version').ended();
    expect(code).toBe(0);
    expect(output.trim()).toBe(JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version);
  });
});
