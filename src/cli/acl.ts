/** `vigia acl`: the least rights that Redis must give the console, as a line for redis-cli. */
import { aclLine, EngineError } from '../../engine/index.ts';

export interface AclOptions {
  readonly mode: string;
  readonly user: string;
  readonly redis: string;
}

/** @throws EngineError CONFIG_INVALID */
export function printAcl({ mode, user, redis }: AclOptions): void {
  if (mode !== 'observe' && mode !== 'operate') {
    throw new EngineError('CONFIG_INVALID', `--mode is "${mode}", but must be observe or operate`);
  }
  if (redis !== '6.2' && redis !== '7') {
    throw new EngineError(
      'CONFIG_INVALID',
      `--redis is "${redis}", but must be 6.2 or 7 (7 for every newer one, and for Valkey)`,
    );
  }
  if (!/^[^\s]+$/.test(user))
    throw new EngineError('CONFIG_INVALID', `--user is "${user}", but a user's name has no spaces`);
  process.stdout.write(`${aclLine({ mode, user, redis })}\n`);
}
