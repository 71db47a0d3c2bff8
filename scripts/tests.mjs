/** `npm test`: every check and every test, and their total as the last line. With arguments: only the tests that match. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { runChecks } from './checks.mjs';
import { installedBinary } from './electron-binary.mjs';
import { capture, root, runOpenly, runtimeDir, say } from './setup/steps.mjs';

const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const playwright = join(root, 'node_modules', '@playwright', 'test', 'cli.js');
const reports = join(runtimeDir, 'reports');

export async function runTests(runtime, filters) {
  rmSync(reports, { recursive: true, force: true });
  mkdirSync(reports, { recursive: true });
  const parts = [];
  if (filters.length === 0) {
    say('\nChecks');
    const checks = await runChecks(runtime);
    parts.push(tally(checks.filter(({ passed }) => passed).length, checks.filter(({ passed }) => !passed).length));
  }
  parts.push(await runVitest(runtime, filters));
  parts.push(await runPlaywright(runtime, filters));
  await listElectronSpecs(runtime);
  const passed = sum(parts, 'passed');
  const failed = sum(parts, 'failed') + (passed + sum(parts, 'failed') === 0 ? 1 : 0);
  say(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

/** The scored faults take a quarter of an hour and are run by their own name. */
const projects = ['unit', 'conformance', 'integration', 'electron'].map((name) => `--project=${name}`);

async function runVitest({ node, env }, filters) {
  const file = join(reports, 'vitest.json');
  const args = ['run', ...projects, ...filters, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runOpenly(node, [vitest, ...args], { env });
  const report = readReport(file);
  if (!report) return tally(0, 1);
  const cases = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const passed = cases.filter(({ status }) => status === 'passed').length;
  const skipped = cases.filter(({ status }) => status !== 'passed' && status !== 'failed');
  for (const { fullName } of skipped) say(`NOT RUN, which counts as failed: ${fullName}`);
  // A file that cannot be loaded has no cases at all; it is a failure of its own.
  const unloadable = report.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.length === 0,
  ).length;
  const failed = cases.filter(({ status }) => status === 'failed').length + skipped.length + unloadable;
  return tally(passed, failed === 0 && code !== 0 ? 1 : failed);
}

async function runPlaywright({ node, env }, filters) {
  const file = join(reports, 'playwright.json');
  const args = ['test', ...filters, '--pass-with-no-tests', '--reporter=list,json'];
  const code = await runOpenly(node, [playwright, ...args], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file } });
  const report = readReport(file);
  if (!report) return tally(0, 1);
  const { expected, unexpected, flaky, skipped } = report.stats;
  if (skipped > 0) say(`${skipped} browser tests were not run, which counts as failed`);
  const failed = unexpected + flaky + skipped;
  return tally(expected, failed === 0 && code !== 0 ? 1 : failed);
}

/** The same specs run in Electron where its binary is; where it is not they are named, not counted. */
async function listElectronSpecs({ node, env }) {
  if (installedBinary()) return;
  const { output } = await capture(node, [playwright, 'test', '--list', '--project=electron'], {
    env: { ...env, VIGIA_LIST_ELECTRON: '1' },
  });
  const specs = output.split('\n').filter((line) => line.includes('[electron]'));
  say(`\nNot run, because there is no Electron binary on this machine: ${specs.length} Electron specs`);
  for (const spec of specs) say(`  ${spec.trim()}`);
}

function readReport(file) {
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null;
}

const tally = (passed, failed) => ({ passed, failed });
const sum = (parts, key) => parts.reduce((total, part) => total + part[key], 0);
