/** What the user of a connection may really do, held against the lines that `vigia acl` prints. */
import { said } from '../../model/said.ts';
import { missingRights, whoAmI } from '../../redis/rights.ts';
import { type ConnectionCheck, evidence, unknown, verdictOf } from '../check.ts';

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
    const missing = await missingRights(shard, user, mode);
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
