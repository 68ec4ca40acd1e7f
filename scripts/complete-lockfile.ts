/**
 * Adds the platform packages to package-lock.json which the registry in use did not offer when the lock was
 * written. npm leaves such an optional package out of the lock, and `npm ci` then refuses the lock as incomplete,
 * on every platform. What is added is the version its parent pins and the platform its name states. There is no
 * integrity hash to add, so the first `npm install` that reaches the package should be committed.
 *
 * Run it after every `npm install` that changed the lock: `npm run lockfile`.
 */
import { readFileSync, writeFileSync } from 'node:fs';

interface LockedPackage {
  readonly version?: string;
  readonly dev?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage>>;
  readonly [field: string]: unknown;
}

const LIBC: Readonly<Record<string, string>> = { gnu: 'glibc', gnueabihf: 'glibc', musl: 'musl', musleabihf: 'musl' };

const PLATFORM =
  /(?<os>android|darwin|freebsd|linux|openharmony|win32)-(?<cpu>arm64|arm|ia32|ppc64|riscv64|s390x|x64)(-(?<abi>\w+))?$/;

function platformEntry(name: string, version: string, dev: boolean): LockedPackage | undefined {
  const { os, cpu, abi } = PLATFORM.exec(name)?.groups ?? {};
  if (os === undefined || cpu === undefined) return undefined;
  const libc = os === 'linux' && abi !== undefined ? LIBC[abi] : undefined;
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev } : {}),
    ...(libc === undefined ? {} : { libc: [libc] }),
    optional: true,
    os: [os],
  };
}

function missingEntries({ packages }: Lockfile): ReadonlyMap<string, LockedPackage> {
  const missing = new Map<string, LockedPackage>();
  for (const parent of Object.values(packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      const path = `node_modules/${name}`;
      // A range cannot be turned into the version that npm would have chosen.
      if (packages[path] !== undefined || !/^\d+\.\d+\.\d+$/.test(version)) continue;
      const entry = platformEntry(name, version, parent.dev === true);
      if (entry !== undefined) missing.set(path, entry);
    }
  }
  return missing;
}

const file = new URL('../package-lock.json', import.meta.url);
const lockfile = JSON.parse(readFileSync(file, 'utf8')) as Lockfile;
const missing = missingEntries(lockfile);

if (missing.size > 0) {
  const entries = [...Object.entries(lockfile.packages), ...missing];
  // By code units, as npm itself sorts where names are plain ASCII.
  const packages = Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(file, `${JSON.stringify({ ...lockfile, packages }, undefined, 2)}\n`);
}
process.stdout.write(`package-lock.json: ${missing.size} platform packages added\n`);
