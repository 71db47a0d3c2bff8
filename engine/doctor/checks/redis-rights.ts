/** What the user of a connection may really do, held against the lines that `vigia acl` prints. */
import { EngineError } from '../../base/errors.ts';
import { said } from '../../model/said.ts';
import { aclCommands } from '../../redis/acl.ts';
import { asText, listOf } from '../../redis/reply.ts';
import type { RedisShard } from '../../redis/shards.ts';
import { type ConnectionCheck, evidence, unknown, verdictOf } from '../check.ts';

/** Never written: ACL DRYRUN only says whether it would be allowed. */
const filler = '1';
/** Of the categories that the lines give beside their commands. */
const ofCategories = {
  observe: ['get', 'hscan', 'scan', 'type', 'xinfo|stream'],
  operate: ['set', 'unlink', 'pexpire'],
};

export const redisRights: ConnectionCheck = {
  id: 'redis-rights',
  title: 'The user has the rights that the console needs',
  about: 'connection',
  async run(patient) {
    const [server] = await patient.servers();
    if (server === undefined) return unknown('no server is known yet', said('unchecked_no_server'));
    const { shard, product } = server;
    if (product.product === 'Redis' && Number(product.version?.split('.')[0]) < 7) {
      const { version } = product;
      return unknown(
        `Redis ${version} cannot be asked what a user may do (ACL DRYRUN came with 7.0)`,
        said('unchecked_dryrun_old', { version: version ?? '' }),
      );
    }
    const mode = patient.link.isWritable ? 'operate' : 'observe';
    const user = await whoAmI(shard);
    if (user === null) return unknown('the user may not ask who it is (ACL WHOAMI)', said('unchecked_whoami'));
    const missing = await missingOf(shard, user, wantedIn(mode));
    if (missing === null) return unknown('the user may not ask what it may do (ACL DRYRUN)', said('unchecked_dryrun'));
    if (missing.length === 0) return verdictOf([]);
    return verdictOf([
      {
        code: 'rights_missing',
        severity: 'warning',
        title: `${patient.name}: the user "${user}" may not use ${missing.length} of the commands that the console needs`,
        evidence: [
          evidence('user', user, 'text'),
          evidence('missing_count', missing.length, 'count'),
          evidence('missing', missing.slice(0, 20).join(', '), 'text'),
        ],
        why: 'What the console may not ask it cannot show: pages stay empty and other checks of the doctor cannot be made.',
        steps: [
          `Print the least rights: vigia acl --mode ${mode} --user ${user}`,
          'Give them to the user with redis-cli, by somebody who may; then ACL SAVE, or write them into the ACL file.',
        ],
      },
    ]);
  },
};

function wantedIn(mode: 'observe' | 'operate'): string[] {
  const writes = mode === 'operate' ? ofCategories.operate : [];
  return [...new Set([...ofCategories.observe, ...writes, ...aclCommands(mode)])];
}

async function whoAmI(shard: RedisShard): Promise<string | null> {
  return orNull(async () => asText(await shard.command('ACL WHOAMI', (client) => client.call('ACL', 'WHOAMI'))));
}

/** Null where it may not be asked. @param names as `config|get` */
async function missingOf(shard: RedisShard, user: string, names: readonly string[]): Promise<string[] | null> {
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
        pipeline.call(
          'ACL',
          'DRYRUN',
          user,
          ...words,
          ...Array<string>(Math.max(0, arity - words.length)).fill(filler),
        );
      }
      const answers = (await pipeline.exec()) ?? [];
      const [error] = answers[0] ?? [null];
      if (error !== null && error.message.startsWith('NOPERM')) throw error;
      return asked.filter((_name, at) => isRefused(answers[at]));
    }),
  );
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
