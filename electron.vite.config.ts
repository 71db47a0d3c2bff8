/** Builds the three programs of the product: the Node side (Electron main, web host, command line, worker), the preload, the renderer. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'electron-vite';

export default defineConfig({
  main: {
    build: {
      outDir: 'out/main',
      sourcemap: true,
      externalizeDeps: true,
      rollupOptions: {
        input: {
          index: 'src/main/index.ts',
          web: 'src/web/serve.ts',
          cli: 'src/cli/index.ts',
          worker: 'src/cli/worker.ts',
          'task-history': 'engine/store/task-history/thread.ts',
        },
        output: { format: 'es' },
      },
    },
  },
  preload: {
    build: {
      outDir: 'out/preload',
      rollupOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    plugins: [react()],
    build: {
      outDir: 'out/renderer',
      // electron-vite leaves programs as they are; what a page has to read before its first KPI is to be small.
      minify: true,
      rollupOptions: { input: { index: 'src/renderer/index.html' } },
    },
  },
});
