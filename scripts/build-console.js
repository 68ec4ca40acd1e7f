/**
 * Builds the console. It runs after every install; where the packages that build it were left out, as in an installation that only calls the API,
 * it says so and is content. It is plain JavaScript, because it also runs before there is a Node that reads types.
 */
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../console/', import.meta.url));

async function loadVite() {
  try {
    // Both are needed, and either may be left out.
    await import('react');
    return await import('vite');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND') return null;
    throw error;
  }
}

const vite = await loadVite();
if (vite === null) process.stdout.write('console: not built, because the development packages are not installed\n');
else await vite.build({ root: folder, configFile: `${folder}vite.config.ts` });
