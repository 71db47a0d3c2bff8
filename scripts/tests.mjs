/** `npm test`: every check and every test, and their total as the last line. With arguments: only the tests that match. */
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join, relative } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
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
    const failed = checks.filter(({ passed }) => !passed);
    parts.push(
      tally(
        checks.length - failed.length,
        failed.map(({ name }) => `check: ${name}`),
      ),
    );
  }
  parts.push(await runVitest(runtime, filters));
  parts.push(await runPlaywright(runtime, filters));
  await listElectronSpecs(runtime);
  const passed = parts.reduce((total, part) => total + part.passed, 0);
  const failures = parts.flatMap((part) => part.failures);
  if (passed + failures.length === 0) failures.push('no test matches');
  // Said once more at the end: what failed stands thousands of lines above it.
  if (failures.length > 0) say(`\nFailed:\n${failures.map((failure) => `  ${failure}`).join('\n')}`);
  say(`\n${passed} passed, ${failures.length} failed`);
  return failures.length === 0 ? 0 : 1;
}

const projects = ['unit', 'conformance', 'integration', 'faults', 'electron'].map((name) => `--project=${name}`);

async function runVitest({ node, env }, filters) {
  const file = join(reports, 'vitest.json');
  const args = ['run', ...projects, ...filters, '--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
  const code = await runOpenly(node, [vitest, ...args], { env });
  const report = readReport(file);
  if (!report) return tally(0, ['vitest ended without a report']);
  const failures = [];
  let passed = 0;
  for (const { name, status, message, assertionResults } of report.testResults) {
    const path = relative(root, name);
    // A file that cannot be loaded has no cases at all; it is a failure of its own.
    if (status === 'failed' && assertionResults.length === 0) failures.push(`${path}: ${firstLine(message)}`);
    for (const test of assertionResults) {
      if (test.status === 'passed') passed += 1;
      else if (test.status === 'failed')
        failures.push(`${path} › ${test.fullName}: ${firstLine(test.failureMessages[0])}`);
      else failures.push(`${path} › ${test.fullName}: not run, which counts as failed`);
    }
  }
  if (failures.length === 0 && code !== 0) failures.push(`vitest ended with ${code}, though every test passed`);
  return tally(passed, failures);
}

async function runPlaywright({ node, env }, filters) {
  const file = join(reports, 'playwright.json');
  const args = ['test', ...filters, '--pass-with-no-tests', '--reporter=list,json'];
  const code = await runOpenly(node, [playwright, ...args], { env: { ...env, PLAYWRIGHT_JSON_OUTPUT_NAME: file } });
  const report = readReport(file);
  if (!report) return tally(0, ['playwright ended without a report']);
  const failures = report.suites.flatMap(specsOf).flatMap(failedRuns);
  if (failures.length === 0 && code !== 0) failures.push(`playwright ended with ${code}, though every test passed`);
  return tally(report.stats.expected, failures);
}

function specsOf(suite) {
  return [...suite.specs, ...(suite.suites ?? []).flatMap(specsOf)];
}

function failedRuns({ file, line, title, tests }) {
  return tests
    .filter(({ status }) => status !== 'expected')
    .map(({ status, results }) => {
      const why = status === 'skipped' ? 'not run, which counts as failed' : firstLine(results[0]?.error?.message);
      return `${file}:${line} › ${title}: ${status === 'flaky' ? 'passed only when repeated: ' : ''}${why}`;
    });
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

const tally = (passed, failures) => ({ passed, failures });
const firstLine = (message) => stripVTControlCharacters(message ?? 'no message').split('\n', 1)[0];
