#!/usr/bin/env node
// Starts the TypeScript program with the Node that is pinned in this repository, whatever Node the shell has: this file
// itself is plain JavaScript that an old one runs, too.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

// What the command line holds, such as --token, is shown to every user of the machine by `ps`: from here on it is not.
process.title = 'gatewayctl';

/** The first major version that runs TypeScript as it is. */
const NODE_MAJOR_MIN = 24;

const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..');
const main = join(root, 'cli/src/main.ts');

if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) {
  await import(main);
} else {
  startWith(pinnedNode());
}

function pinnedNode() {
  const names = process.platform === 'win32' ? ['node.exe', 'node.cmd'] : ['node'];
  const found = names.map((name) => join(root, 'node_modules/.bin', name)).find((path) => existsSync(path));
  if (found === undefined) {
    console.error(
      `gatewayctl needs Node ${NODE_MAJOR_MIN}, this is ${process.version}. Run "npm install" in ${root}: it brings one.`,
    );
    process.exit(1);
  }
  return found;
}

function startWith(node) {
  const child = spawn(node, [main, ...process.argv.slice(2)], { stdio: 'inherit' });
  // The terminal sends these to both: the program decides what they mean, and this one waits for it.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('error', (error) => {
    console.error(`gatewayctl cannot start ${node}: ${error.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
