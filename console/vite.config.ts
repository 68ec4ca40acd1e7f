/** How the console is built: one script and one style sheet with hashed names, and nothing inline, because its page forbids that. */
import { fileURLToPath } from 'node:url';

import { defineConfig } from 'vite';

export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  // Warnings are about directives of libraries that mean nothing here.
  logLevel: 'error',
  build: { outDir: 'dist', emptyOutDir: true, target: 'es2023', assetsInlineLimit: 0, modulePreload: false },
  // With `npx vite console`, the API of a server that runs beside it.
  server: { proxy: { '/v1': 'http://127.0.0.1:4800', '/sign-in': 'http://127.0.0.1:4800' } },
});
