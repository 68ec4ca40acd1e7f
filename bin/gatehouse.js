#!/usr/bin/env node
// The door to the `gatehouse` command. The sources are TypeScript which Node runs directly, and that needs
// Node 24. A shell may have an older one first in its PATH, so this file, which any Node can read, starts
// itself again with the Node 24 that `npm ci` put into node_modules.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const NODE_MAJOR_MIN = 24;
const RESTARTED = 'GATEHOUSE_RESTARTED';

const major = Number.parseInt(process.versions.node, 10);
const canRunSources = major >= NODE_MAJOR_MIN && process.features.typescript !== false;

if (canRunSources) {
  // A process that this one starts has to make its own choice.
  delete process.env[RESTARTED];
  await import('../src/cli/main.ts');
} else {
  restartWithOwnNode();
}

function restartWithOwnNode() {
  const name = process.platform === 'win32' ? 'node.exe' : 'node';
  const node = fileURLToPath(new URL(`../node_modules/node/bin/${name}`, import.meta.url));
  const found = `gatehouse needs Node ${NODE_MAJOR_MIN} with type stripping; this is ${process.version}.`;

  if (process.env[RESTARTED] !== undefined) {
    fail(`${found}\nFix: remove the flag that turns type stripping off from NODE_OPTIONS.`);
    return;
  }
  if (!existsSync(node)) {
    fail(
      `${found} Its own Node is missing at node_modules/node.\n` +
        `Fix: run \`npm ci\` in ${fileURLToPath(new URL('..', import.meta.url))}, or install Node ${NODE_MAJOR_MIN}.`,
    );
    return;
  }

  const child = spawn(node, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [RESTARTED]: '1' },
  });
  // A terminal signals the whole group, but a supervisor signals this process only.
  const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of forwarded) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (error) => fail(`${found} Starting ${node} failed: ${error.message}`));
  child.on('exit', (code, signal) => {
    process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
  });
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exitCode = 1;
}
