/** Whether the servers are of a version that the console supports, and all of one. */

import { said } from '../../model/said.ts';
import { type ConnectionCheck, evidence, type Found, unknown, verdictOf } from '../check.ts';

const oldest = [6, 2] as const;

export const redisVersion: ConnectionCheck = {
  id: 'redis-version',
  title: 'The server is of a supported version',
  about: 'connection',
  async run(patient) {
    const servers = await patient.servers();
    const known = servers.filter(({ product }) => product.version !== null);
    if (known.length === 0) return unknown('the server does not say its version', said('unchecked_version_untold'));
    const found: Found[] = [];
    const old = known.find(({ product }) => product.product === 'Redis' && isOld(product.version ?? ''));
    if (old !== undefined) {
      found.push({
        code: 'version_old',
        severity: 'warning',
        title: `${patient.titleOf(old)} runs Redis ${old.product.version}; ${oldest.join('.')} is the oldest that is supported`,
        evidence: [evidence('version', old.product.version ?? '', 'text')],
        why: 'It gets no security fixes, and commands that the console and BullMQ rely on are missing.',
        steps: ['Upgrade the server to Redis 7 or newer, or to Valkey; its data files are read by the newer one.'],
      });
    }
    const versions = [...new Set(known.map(({ product }) => product.version ?? ''))].toSorted();
    if (versions.length > 1) {
      found.push({
        code: 'versions_differ',
        severity: 'info',
        title: `${patient.name} runs ${versions.length} versions`,
        evidence: [evidence('versions', versions.join(', '), 'text')],
        why: 'Usual during an upgrade; for longer a failover may bring a server up that lacks a command.',
        steps: ['Finish the upgrade on the servers that are left.'],
      });
    }
    return verdictOf(found);
  },
};

function isOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < oldest[0] || (major === oldest[0] && minor < oldest[1]);
}
