/**
 * Checks all that can be checked without running it: types, format and lint, import rules, dead code, contracts. Goes
 * through every check, so that one run shows all faults.
 */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { checkKubernetes } from './check-kubernetes.ts';
import { checkPrometheus } from './check-prometheus.ts';
import { findDrift } from './generated-code.ts';
import { undocumentedCodes } from './undocumented-codes.ts';
import { unraisedCodes } from './unraised-codes.ts';

interface Check {
  readonly title: string;
  /** True when there is nothing to complain about; the complaints go to the terminal. */
  run(): boolean | Promise<boolean>;
}

const root = fileURLToPath(new URL('..', import.meta.url));
const binaries = join(root, 'node_modules', '.bin');
const CODE = ['packages', 'services', 'cli', 'tools', 'tests', 'infra', 'benchmarks', 'scripts', 'console/src'];

const checks: readonly Check[] = [
  { title: 'Types (tsc)', run: () => succeeds('tsc') && succeeds('tsc', '-p', 'console') },
  {
    title: 'Format and lint (biome)',
    run: () => succeeds('biome', 'check', '--error-on-warnings', '--max-diagnostics=none'),
  },
  { title: 'Import rules (dependency-cruiser)', run: checkImports },
  { title: 'Dead code (knip)', run: () => succeeds('knip', '--no-progress') },
  { title: 'Error codes (each is raised and documented)', run: checkErrorCodes },
  { title: 'Contracts (buf lint)', run: () => succeeds('buf', 'lint') },
  { title: 'Generated code is up to date (buf generate)', run: checkGeneratedCode },
  { title: "The console's client is up to date (openapi-ts)", run: checkConsoleClient },
  { title: 'Kubernetes (helm)', run: checkKubernetes },
  { title: 'Alerts (promtool)', run: checkPrometheus },
];

process.exitCode = await main();

async function main(): Promise<number> {
  const failed: string[] = [];
  for (const { title, run } of checks) {
    console.log(`\n── ${title}`);
    const isFine = await run();
    if (isFine) console.log('   fine');
    else failed.push(title);
  }
  if (failed.length === 0) {
    console.log('\nAll checks passed.');
    return 0;
  }
  console.error(`\nFailed: ${failed.join(' · ')}`);
  return 1;
}

function checkImports(): boolean {
  const folders = CODE.filter((folder) => existsSync(join(root, folder)));
  return succeeds('depcruise', '--config', '.dependency-cruiser.cjs', '--output-type', 'err-long', ...folders);
}

function checkErrorCodes(): boolean {
  const codes = unraisedCodes(root);
  for (const code of codes) console.error(`   ${code} is in packages/errors/error-table.ts, and nothing raises it`);
  const problems = undocumentedCodes(root);
  for (const problem of problems) console.error(`   ${problem}`);
  return codes.length === 0 && problems.length === 0;
}

function checkGeneratedCode(): Promise<boolean> {
  const generate = (outDir: string): boolean =>
    succeeds('buf', 'generate', '--output', outDir) && succeeds('node', 'scripts/write-descriptions.ts', outDir);
  return isAsGenerated('packages/contracts/gen', generate, 'npm run generate');
}

function checkConsoleClient(): Promise<boolean> {
  const generate = (outDir: string): boolean => succeeds('node', 'scripts/write-console-client.ts', outDir);
  return isAsGenerated('console/src/api/gen', generate, 'node scripts/write-console-client.ts');
}

async function isAsGenerated(folder: string, generate: (outDir: string) => boolean, by: string): Promise<boolean> {
  const drift = await findDrift(join(root, folder), generate);
  for (const line of drift) console.error(`   ${line}`);
  if (drift.length > 0) console.error(`   Run \`${by}\`, and commit what it writes.`);
  return drift.length === 0;
}

/** Runs one of our tools, with its output on the terminal. */
function succeeds(tool: string, ...args: string[]): boolean {
  const path = `${binaries}${delimiter}${process.env['PATH'] ?? ''}`;
  const env = { ...process.env, PATH: path };
  const { status, error } = spawnSync(tool, args, { cwd: root, stdio: 'inherit', env });
  if (error !== undefined) console.error(`   ${tool} could not be run: ${error.message}`);
  return status === 0;
}
