/**
 * Checks the Helm chart: lints and renders it with each example of values, holds the objects against Kubernetes' types and
 * against each other, and the settings in them against the gateway's own. Says what it could not check and why.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAllDocuments } from 'yaml';
import { loadConfig } from '#config/load-config.ts';
import { STOP_MARGIN_MS } from '#host/stop-on-signals.ts';
import { checkFields } from './kubernetes-fields.ts';
import { type KubernetesObject, namedDeployments } from './kubernetes-objects.ts';
import { faultsAmong } from './kubernetes-rules.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'infra/kubernetes');
const chart = join(folder, 'gateway');
const typesDir = join(root, 'node_modules/kubernetes-types');
/** The oldest the chart is for. */
const KUBERNETES_VERSION = '1.30.0';

/** True where there is nothing to complain about; also where there is no helm: then it says so. */
export function checkKubernetes(): boolean {
  if (spawnSync('helm', ['version'], { stdio: 'ignore' }).error !== undefined) {
    console.log('   LEFT OUT: helm is not on the PATH, so nothing of infra/kubernetes was checked');
    return true;
  }
  const examples = readdirSync(folder).filter((file) => /^values-.*\.yaml$/.test(file));
  if (examples.length === 0) console.error('   there is no infra/kubernetes/values-*.yaml');
  const results = examples.map((example) => checkExample(example));
  return results.length > 0 && results.every((isFine) => isFine);
}

function checkExample(example: string): boolean {
  const values = join(folder, example);
  const lint = spawnSync('helm', ['lint', '--strict', '--quiet', chart, '-f', values], { encoding: 'utf8' });
  if (lint.status !== 0) return complain(example, [lint.stdout, lint.stderr]);
  const release = ['template', 'gateway', chart, '--namespace', 'gateway', '--kube-version', KUBERNETES_VERSION];
  const rendering = spawnSync('helm', [...release, '-f', values], { encoding: 'utf8' });
  if (rendering.status !== 0) return complain(example, [rendering.stderr]);

  const objects: KubernetesObject[] = [];
  const faults: string[] = [];
  for (const document of parseAllDocuments(rendering.stdout)) {
    faults.push(...document.errors.map(({ message }) => message));
    const object: unknown = document.toJS();
    if (object !== null) objects.push(object as KubernetesObject);
  }
  faults.push(...faultsAmong(objects, { stopMarginMs: STOP_MARGIN_MS }), ...settingsFaults(objects));
  const areFieldsKnown = existsSync(typesDir);
  const fields = areFieldsKnown ? checkFields(objects, { typesDir, compile }) : undefined;
  if (fields?.isFine === false) faults.push('fields that Kubernetes does not know: see above');
  const without = fields === undefined ? ['all: kubernetes-types is not installed'] : fields.unknownKinds;
  const leftOut = without.length === 0 ? '' : `; fields LEFT OUT of ${without.join(', ')}`;
  console.log(`   ${example}: ${objects.length} objects${leftOut}`);
  return faults.length === 0 || complain(example, faults);
}

/** The gateway would start with the environment and the file that each pod gets. */
function settingsFaults(objects: readonly KubernetesObject[]): string[] {
  const settings = objects.find(({ kind }) => kind === 'ConfigMap')?.data?.['gateway.yaml'] ?? '';
  const temporary = mkdtempSync(join(tmpdir(), 'gateway-settings-'));
  const file = join(temporary, 'gateway.yaml');
  writeFileSync(file, settings);
  const faults: string[] = [];
  for (const { metadata, spec } of namedDeployments(objects)) {
    const container = spec?.template?.spec.containers[0];
    const main = container?.command[1] ?? '';
    if (!existsSync(join(root, main))) faults.push(`Deployment ${metadata.name}: there is no ${main}`);
    const variables = container?.env?.map(({ name, value }) => [name, value ?? secretLike(name)]) ?? [];
    try {
      loadConfig({ ...Object.fromEntries(variables), GATEWAY_CONFIG: file });
    } catch (error) {
      faults.push(`Deployment ${metadata.name}: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  rmSync(temporary, { recursive: true });
  return faults;
}

/** What a Secret might hold. */
function secretLike(variable: string): string {
  if (variable === 'GATEWAY_KEY_PEPPER' || variable === 'GATEWAY_MASTER_KEY') return '0'.repeat(64);
  if (variable.endsWith('DATABASE_URL')) return 'postgresql://gateway:secret@postgres:5432/gateway';
  return variable === 'REDIS_URL' ? 'redis://redis:6379' : 'a-secret-of-some-length';
}

function compile(project: string): boolean {
  const path = `${join(root, 'node_modules/.bin')}${delimiter}${process.env['PATH'] ?? ''}`;
  const { status } = spawnSync('tsc', ['-p', project], { stdio: 'inherit', env: { ...process.env, PATH: path } });
  return status === 0;
}

function complain(example: string, faults: readonly string[]): false {
  for (const fault of faults) if (fault.trim() !== '') console.error(`   ${example}: ${fault.trim()}`);
  return false;
}

if (import.meta.main) process.exitCode = checkKubernetes() ? 0 : 1;
