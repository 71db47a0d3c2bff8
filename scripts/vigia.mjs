/** `npm run vigia -- …`: the command line from a checkout. */
import { programs, supervise } from './programs.mjs';

export async function vigia(runtime, args) {
  return await supervise(runtime.node, [programs.cli, ...args], { env: runtime.env });
}
