/** Test projects: `unit` does no I/O, `conformance` and `integration` talk to real servers, `electron` runs the real main and preload on a double,
 * `faults` injects faults and wants their causes named. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const electronDouble = fileURLToPath(new URL('./test/support/electron-double.ts', import.meta.url));

export default defineConfig({
  test: {
    // Two cores are the machine this is made for; servers started by test files share them.
    maxWorkers: 2,
    passWithNoTests: true,
    projects: [
      { test: { name: 'unit', include: ['test/unit/**/*.test.{ts,tsx}'], environment: 'node' } },
      {
        test: {
          name: 'conformance',
          include: ['test/conformance/**/*.test.ts'],
          environment: 'node',
          testTimeout: 20_000,
          hookTimeout: 30_000,
        },
      },
      {
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: ['test/integration/electron/**'],
          environment: 'node',
          // Whole programs with their servers are started; a busy machine takes its time.
          testTimeout: 90_000,
          hookTimeout: 90_000,
        },
      },
      {
        test: {
          name: 'faults',
          include: ['test/faults/**/*.test.ts'],
          environment: 'node',
          // Waiting is most of it, so two consoles are broken at once.
          maxConcurrency: 2,
          testTimeout: 300_000,
        },
      },
      {
        resolve: { alias: { electron: electronDouble } },
        test: { name: 'electron', include: ['test/integration/electron/**/*.test.ts'], environment: 'node' },
      },
    ],
  },
});
