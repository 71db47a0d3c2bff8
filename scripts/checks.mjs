/** The checks of the source: types, lint, format, unused code. The import rules are a unit test. */
import { join } from 'node:path';
import { capture, root, runOpenly, say } from './setup/steps.mjs';

const bin = (name, ...path) => join(root, 'node_modules', name, ...path);
const checks = [
  { name: 'types', program: bin('typescript', 'bin', 'tsc'), args: ['--noEmit', '-p', '.'] },
  { name: 'lint', program: bin('oxlint', 'bin', 'oxlint'), args: ['--type-aware', '--deny-warnings'] },
  { name: 'format', program: bin('@biomejs', 'biome', 'bin', 'biome'), args: ['ci', '--colors=off'] },
  { name: 'unused exports and dependencies', program: bin('knip', 'bin', 'knip.js'), args: ['--no-progress'] },
];
const importRules = ['run', '--project', 'unit', 'test/unit/house'];

/** Runs each check to its end, says how it went, and answers `[{ name, passed }]`. */
export async function runChecks({ node, env }) {
  const results = [];
  for (const { name, program, args } of checks) {
    const startedAt = performance.now();
    const { code, output } = await capture(node, [program, ...args], { env });
    const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
    if (code !== 0) say(output.trimEnd());
    say(`  ${code === 0 ? 'passed' : 'FAILED'}  ${name} (${seconds} s)`);
    results.push({ name, passed: code === 0 });
  }
  return results;
}

/** `npm run check` alone: the checks, then the import rules, which `npm test` runs among the unit tests. */
export async function printChecks(results, { node, env }) {
  const code = await runOpenly(node, [bin('vitest', 'vitest.mjs'), ...importRules], { env });
  const failed = results.filter(({ passed }) => !passed).length + (code === 0 ? 0 : 1);
  say(`${results.length + 1 - failed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}
