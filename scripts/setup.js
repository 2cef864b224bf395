/*
 * Gets a checkout ready to run: installs what package-lock.json says where it isn't installed yet, and makes sure that
 * the Node which came with it works. Runs before `npm start`, `npm test` and `npm run check`.
 *
 * Plain JavaScript, and nothing imported but Node's own: it runs on whatever Node the machine has, before anything is
 * installed. Where all is in place it only compares two files.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const OLDEST_NODE_MAJOR = 20;
const RUNTIME_NODE_MAJOR = 24;

const root = fileURLToPath(new URL('..', import.meta.url));
const runtime = join(root, 'node_modules', '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');

// A production image leaves out what only tests and checks need, and is in order without.
const needsDevelopment = process.env.npm_lifecycle_event !== 'prestart';

main();

function main() {
  if (majorOf(process.version) < OLDEST_NODE_MAJOR) {
    fail(`Node ${process.version} is too old to install with: Node ${OLDEST_NODE_MAJOR} or newer is needed.`);
  }
  if (!isInstalled()) {
    console.log('Installing what package-lock.json lists (npm ci); this happens once.');
    install();
    if (!isInstalled()) fail('npm ci ended well, but node_modules is not what package-lock.json lists.');
  }
  // Already on it: npm puts node_modules/.bin in front, so from the second run on this is the runtime itself.
  if (process.execPath.startsWith(join(root, 'node_modules'))) return requireRuntimeVersion(process.version);
  const { stdout, error } = spawnSync(runtime, ['--version'], {
    encoding: 'utf8',
    shell: process.platform === 'win32',
  });
  if (error) {
    fail(
      `The Node that comes with the dependencies does not run here (${error.message}).`,
      'It is an optional package for Linux, macOS and Windows: see that `npm config get omit` has no "optional".',
    );
  }
  requireRuntimeVersion(stdout.trim());
}

/** Whether node_modules holds what package-lock.json lists: npm keeps a list of its own in there. */
function isInstalled() {
  const wanted = packagesOf(join(root, 'package-lock.json'));
  if (wanted === undefined) fail('package-lock.json is missing or broken: the checkout is not complete.');
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const isInOrder = ([path, entry]) => {
    const found = installed[path];
    if (found === undefined) return entry.optional || entry.devOptional || (entry.dev && !needsDevelopment);
    return found.version === entry.version && found.integrity === entry.integrity;
  };
  const isWanted = (path) => wanted[path] !== undefined;
  return Object.entries(wanted).every(isInOrder) && Object.keys(installed).every(isWanted);
}

function packagesOf(path) {
  try {
    const { '': _root, ...packages } = JSON.parse(readFileSync(path, 'utf8')).packages;
    return packages;
  } catch {
    return undefined;
  }
}

function install() {
  // Inside an npm script npm says where it is itself. It must not run on the Node it is about to replace.
  const { npm_execpath: npm, npm_node_execpath: node } = process.env;
  const [command, args] = npm && node ? [node, [npm, 'ci']] : ['npm', ['ci']];
  if (needsDevelopment) args.push('--include=dev');
  // npm warns of packages that want the newer Node, which is one of them, and of install scripts that nobody needs.
  args.push('--loglevel=error');
  const path = (process.env.PATH ?? '').split(delimiter).filter((entry) => !entry.includes('node_modules'));
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    env: { ...withoutSecrets(process.env), PATH: path.join(delimiter) },
    shell: process.platform === 'win32' && command === 'npm',
  });
  if (error) fail(`npm could not be run: ${error.message}`);
  if (status !== 0) fail('npm ci failed, see above.');
}

/** Packages run scripts of their own as they are installed, which the gateway's secrets and providers' keys are not for. */
function withoutSecrets(environment) {
  const isOurs = (name) => /^(GATEWAY|NATS|REDIS|(MIGRATION_)?DATABASE|OTEL)_|_API_KEY$/.test(name);
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !isOurs(name)));
}

function requireRuntimeVersion(version) {
  if (majorOf(version) === RUNTIME_NODE_MAJOR) return;
  fail(`node_modules/.bin/node is ${version}, not v${RUNTIME_NODE_MAJOR}: remove node_modules and try again.`);
}

function majorOf(version) {
  return Number(version.replace('v', '').split('.')[0]);
}

function fail(...lines) {
  console.error(['', ...lines, ''].join('\n'));
  process.exit(1);
}
