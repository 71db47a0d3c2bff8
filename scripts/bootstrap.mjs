#!/usr/bin/env node
/**
 * Brings a bare machine to the point where Vigía runs or is tested, then does what was asked.
 * Plain JavaScript with built-ins only: it runs before anything is installed, on Node 18 and later.
 */
import { bench } from './bench.mjs';
import { printChecks, runChecks } from './checks.mjs';
import { ensureBuild } from './setup/build.mjs';
import { withSetupLock } from './setup/lock.mjs';
import { ensureNode } from './setup/node-runtime.mjs';
import { ensurePackages } from './setup/packages.mjs';
import { SetupError, say } from './setup/steps.mjs';
import { ensureSystemPackages } from './setup/system-packages.mjs';
import { start } from './start.mjs';
import { runTests } from './tests.mjs';
import { vigia } from './vigia.mjs';

const commands = {
  start: { system: 'run', build: true, work: start },
  test: { system: 'test', build: true, work: runTests },
  bench: { system: 'test', build: true, work: bench },
  vigia: { system: 'run', build: true, quiet: true, work: vigia },
  check: { system: null, build: false, work: async (runtime) => printChecks(await runChecks(runtime), runtime) },
  setup: { system: 'test', build: true, work: async () => 0 },
};

/** Puts everything there that the command needs; nothing that is there already is touched. */
async function setUp({ system, build, quiet }) {
  const startedAt = performance.now();
  const runtime = await withSetupLock(async () => {
    if (system) await ensureSystemPackages(system);
    const found = await ensureNode();
    await ensurePackages(found);
    if (build) await ensureBuild(found);
    return found;
  });
  if (!quiet) say(`Set-up complete (${((performance.now() - startedAt) / 1000).toFixed(1)} s)`);
  return runtime;
}

async function main() {
  const [name = '', ...rest] = process.argv.slice(2);
  const command = Object.hasOwn(commands, name) ? commands[name] : null;
  if (!command)
    throw new SetupError(`Usage: node scripts/bootstrap.mjs ${Object.keys(commands).join('|')} [-- arguments]`);
  const args = rest[0] === '--' ? rest.slice(1) : rest;
  const onSignal = () => process.exit(130);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, onSignal);
  const runtime = await setUp(command);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.removeListener(signal, onSignal);
  process.exitCode = await command.work(runtime, args);
}

main().catch((error) => {
  process.stderr.write(`${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exitCode = 1;
});
