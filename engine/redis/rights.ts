/** What a user may really do on a server, held against the commands of the lines that `vigia acl` prints; nothing is run or written. */
import { EngineError } from '../base/errors.ts';
import { aclCommands } from './acl.ts';
import type { ConnectionMode } from './operate-gate.ts';
import { asText, listOf } from './reply.ts';
import type { RedisShard } from './shards.ts';

/** Never written: ACL DRYRUN only says whether it would be allowed. */
const filler = '1';
/** Of the categories that the lines give beside their commands. */
const ofCategories = {
  observe: ['get', 'hscan', 'scan', 'type', 'xinfo|stream'],
  operate: ['set', 'unlink', 'pexpire'],
};

/** Null where the user may not ask. @throws EngineError REDIS_* */
export async function whoAmI(shard: RedisShard): Promise<string | null> {
  return orNull(async () => asText(await shard.command('ACL WHOAMI', (client) => client.call('ACL', 'WHOAMI'))));
}

/**
 * Commands that the mode needs and the user may not use, as `config|get`; null where the user may not ask (ACL DRYRUN,
 * which came with Redis 7.0). Operate includes what observe needs. Two round trips.
 * @throws EngineError REDIS_*
 */
export async function missingRights(shard: RedisShard, user: string, mode: ConnectionMode): Promise<string[] | null> {
  const names = wantedIn(mode);
  const infos = await orNull(() => shard.command('COMMAND INFO', (client) => client.call('COMMAND', 'INFO', ...names)));
  // Where COMMAND may not be asked every command is tried with one argument, which most have.
  const arities = listOf(infos).map((info) => Number(listOf(info)[1]));
  return orNull(() =>
    shard.command('ACL DRYRUN', async (client) => {
      const pipeline = client.pipeline();
      const asked = names.filter((_name, at) => infos === null || Number.isFinite(arities[at]));
      for (const name of asked) {
        const words = name.split('|');
        const arity = Math.abs(arities[names.indexOf(name)] ?? 2);
        const fillers = Array<string>(Math.max(0, arity - words.length)).fill(filler);
        pipeline.call('ACL', 'DRYRUN', user, ...words, ...fillers);
      }
      const answers = (await pipeline.exec()) ?? [];
      const [error] = answers[0] ?? [null];
      // NOPERM: not to be asked; an unknown subcommand: a server before 7.0.
      if (error !== null) throw error;
      return asked.filter((_name, at) => isRefused(answers[at]));
    }),
  );
}

function wantedIn(mode: ConnectionMode): string[] {
  const writes = mode === 'operate' ? ofCategories.operate : [];
  return [...new Set([...ofCategories.observe, ...writes, ...aclCommands(mode)])];
}

/** Source: ACL DRYRUN, "User x has no permissions to run the 'get' command". Wrong arguments are no refusal. */
function isRefused(answer: [error: Error | null, result: unknown] | undefined): boolean {
  return asText(answer?.[1]).includes('no permissions to run');
}

async function orNull<Value>(ask: () => Promise<Value>): Promise<Value | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof EngineError && ['REDIS_ACL_DENIED', 'REDIS_COMMAND_FAILED'].includes(error.code)) return null;
    throw error;
  }
}
