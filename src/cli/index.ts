#!/usr/bin/env node
/** The command line: `vigia serve | worker | config | cache | backup | restore | export | open | acl | redis | redis-conf | demo`. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command, CommanderError } from 'commander';
import { EngineError, version } from '../../engine/index.ts';
import { CallError } from '../shared/client.ts';
import { exitCodeOf, lastWords, usage } from '../shared/command-line.ts';
import { printAcl } from './acl.ts';
import { makeBackup, restoreBackup } from './backup.ts';
import { cacheClear, cacheInvalidate, cacheStatus, cacheWarm } from './cache.ts';
import { printConfig } from './config.ts';
import { makeDemo } from './demo.ts';
import { runDoctor } from './doctor.ts';
import { serveRedis, writeRedisConf } from './redis.ts';
import { exportFile, openFileHere } from './review.ts';
import { serveWorkers } from './serve-workers.ts';

const badUsageExitCode = 2;

const program = new Command('vigia')
  .description(
    'A console with an engine inside: keeps business KPIs fast and shows whether everything behind them is well.',
  )
  .version(version)
  .exitOverride();

program
  .command('serve')
  .description(`run the engine and the web console until Ctrl+C\n${usage}`)
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options, command: Command) => await becomeServer(command.args));

program
  .command('worker')
  .description('run worker processes for a console elsewhere until Ctrl+C')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options, command: Command) => await serveWorkers(command.args));

program
  .command('config')
  .description('print every setting, its value and where it came from')
  .allowUnknownOption()
  .allowExcessArguments()
  .action((_options, command: Command) => printConfig(command.args));

program
  .command('acl')
  .description('print the least rights that the console needs on a Redis it watches; put a password for PASSWORD')
  .option('--mode <mode>', 'observe: nothing is written; operate: what can be unlocked as well', 'observe')
  .option('--user <name>', 'the ACL user', 'vigia')
  .option('--redis <version>', '6.2, or 7 for every newer one and for Valkey', '7')
  .action(printAcl);

program
  .command('redis')
  .description('run the embedded Redis servers alone until Ctrl+C')
  .allowUnknownOption()
  .allowExcessArguments()
  .action(async (_options, command: Command) => await serveRedis(command.args));

program
  .command('redis-conf')
  .description('write a commented production configuration for a Redis server')
  .requiredOption(
    '--role <role>',
    'cache: may forget, and evicts; broker: holds jobs, never evicts, and is kept on disk',
  )
  .requiredOption('--memory <size>', 'its ceiling, such as 512mb or 2gb')
  .option('--port <number>', 'on loopback', '6379')
  .option('--out <file>', 'write there, readable by you only, instead of printing it')
  .option('--no-password', 'without the password that is made at random')
  .action(writeRedisConf);

program
  .command('backup')
  .description('copy the local database (alert history, snapshots, notes, samples); the console may run meanwhile')
  .option('--out <file>', 'write it there as well')
  .option('--data-dir <folder>', 'where everything is kept')
  .option('--token <text>', 'of the console that runs, when it was given one')
  .action(makeBackup);

program
  .command('restore')
  .argument('<file>', 'a backup')
  .description('put a backup into the place of the local database at the next start')
  .option('--yes', 'do it instead of only saying what would be done')
  .option('--data-dir <folder>', 'where everything is kept')
  .action(restoreBackup);

program
  .command('demo')
  .description('write demo data into the data folder')
  .option('--rows <number>', 'how many payment statements', '50000')
  .option('--seed <number>', 'the same seed gives the same data', '1')
  .option('--data-dir <folder>', 'where everything is kept')
  .option('--file <path>', 'write this DuckDB file instead; show it with VIGIA_SOURCE=<path>')
  .action(makeDemo);

program
  .command('doctor')
  .description('say what is wrong, by how much, and what to do first; exit code 1 when a warning or worse was found')
  .option('--redis <url>', 'look at this cache, without a console')
  .option('--broker <url>', 'look at this broker, without a console')
  .option('--data-dir <folder>', 'ask the console of this data folder')
  .option('--token <text>', 'its token, when it was given one')
  .option('--json', 'print JSON')
  .action(runDoctor);

const cache = program
  .command('cache')
  .description('look at and act on the cache of the console that runs on the data folder');

/** Options of every command that talks to a running console. */
function ofRunningConsole(command: Command): Command {
  return command
    .option('--data-dir <folder>', "the console's data folder")
    .option('--token <text>', 'its token, when it was given one')
    .option('--json', 'print JSON');
}

ofRunningConsole(cache.command('status'))
  .description('layers with their entries and hit rates, health, memory, warming')
  .action(cacheStatus);

ofRunningConsole(cache.command('clear'))
  .description('remove our entries of one layer, or of all; without --yes only say what would go')
  .argument('<layer>', 'dashboard, kpis, charts, financials or all')
  .option('--yes', 'do it')
  .action(cacheClear);

const gather = (value: string, earlier: string[]): string[] => [...earlier, value];

ofRunningConsole(cache.command('invalidate'))
  .description('make everything that depends on a tag, or single entries, stale or expired')
  .option('--tag <tag>', 'such as table:edp; may be repeated', gather, [])
  .option('--key <key>', 'an entry; may be repeated', gather, [])
  .option('--mode <mode>', 'stale: served on, marked, until refreshed; expired: only as last known', 'stale')
  .option('--reason <text>', 'kept with the invalidation', 'command line')
  .option('--preview', 'only say what it would reach')
  .action(cacheInvalidate);

ofRunningConsole(cache.command('warm'))
  .description("compute the pack's and the learned views ahead of their readers")
  .option('--wait', 'wait for its end and print the proof; exit code 1 when a key is no hit')
  .action(cacheWarm);

ofRunningConsole(program.command('export'))
  .description('save the KPIs with ages, provenance, history and notes as one sealed .vigia file')
  .option('--out <file>', 'write there instead of a name with the time')
  .option('--at <time>', 'as they stood then, such as 2026-11-22T14:00; twice to compare', gather, [])
  .option('--filter <name=value>', 'of this view, such as cliente=Andes', gather, [])
  .option('--support', 'a support bundle of the last day instead: without values, names and secrets')
  .action(exportFile);

program
  .command('open')
  .description('check a .vigia file and print what it holds; one that was changed is refused with the reason')
  .argument('<file>')
  .option('--json', 'print JSON')
  .action(openFileHere);

/** The server is a program of its own that lies beside this one; this process becomes it. */
async function becomeServer(args: readonly string[]): Promise<void> {
  const isBuilt = import.meta.filename.endsWith('.js');
  const entry = join(import.meta.dirname, isBuilt ? 'web.js' : '../web/serve.ts');
  process.argv.splice(1, process.argv.length - 1, entry, ...args);
  await import(/* @vite-ignore */ pathToFileURL(entry).href);
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : badUsageExitCode;
  else {
    process.stderr.write(
      `${error instanceof EngineError || error instanceof CallError ? lastWords(error) : String(error)}\n`,
    );
    process.exitCode = exitCodeOf(error);
  }
});
