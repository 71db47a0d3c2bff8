/** `npm run bench [-- area …]`: the benchmarks, on the set-up that the tests use too. */
import { join } from 'node:path';
import { root, runOpenly } from './setup/steps.mjs';

export async function bench(runtime, args) {
  return await runOpenly(runtime.node, [join(root, 'bench', 'run.ts'), ...args], { env: runtime.env });
}
