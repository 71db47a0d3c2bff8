/** Test projects: `unit` does no I/O, `conformance` and `integration` talk to real servers, `electron` runs the real main and preload on a double,
 * `faults` scores the named causes of injected faults. */
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
      // Scored, and a quarter of an hour long: run by its name, not with every check.
      { test: { name: 'faults', include: ['test/faults/**/*.test.ts'], environment: 'node' } },
      {
        resolve: { alias: { electron: electronDouble } },
        test: { name: 'electron', include: ['test/integration/electron/**/*.test.ts'], environment: 'node' },
      },
    ],
  },
});
