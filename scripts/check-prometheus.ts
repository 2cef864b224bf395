/** Checks Prometheus' configuration as docker-compose.yml lays it out, the alert rules, and what each alert is raised by. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('..', import.meta.url));
const CONFIG = 'prometheus.yml';

/** True where there is nothing to complain about; also where there is no promtool: then it says so. */
export function checkPrometheus(): boolean {
  if (spawnSync('promtool', ['--version'], { stdio: 'ignore' }).error !== undefined) {
    console.log('   LEFT OUT: promtool is not on the PATH, so nothing of infra/prometheus was checked');
    return true;
  }
  const folder = mkdtempSync(join(tmpdir(), 'gateway-prometheus-'));
  try {
    for (const { source, target } of mountedFiles()) copyFileSync(join(root, source), join(folder, basename(target)));
    // Goes through both, so that one run shows all faults.
    const isConfigFine = succeeds(folder, 'check', 'config', '--lint-fatal', CONFIG);
    return succeeds(join(root, 'infra/prometheus'), 'test', 'rules', 'alerts.test.yml') && isConfigFine;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What docker-compose.yml puts into Prometheus' folder, and under which name. */
function mountedFiles(): { readonly source: string; readonly target: string }[] {
  const compose: { services: { prometheus: { volumes: string[] } } } = parse(
    readFileSync(join(root, 'docker-compose.yml'), 'utf8'),
    { merge: true },
  );
  return compose.services.prometheus.volumes.map((volume) => {
    const [source = '', target = ''] = volume.split(':');
    return { source, target };
  });
}

/** Its output is shown where there is something wrong. */
function succeeds(cwd: string, ...args: string[]): boolean {
  const { status, stdout, stderr } = spawnSync('promtool', args, { cwd, encoding: 'utf8' });
  if (status !== 0) console.error(`${stdout}${stderr}`.replace(/^/gm, '   '));
  return status === 0;
}

if (import.meta.main) process.exitCode = checkPrometheus() ? 0 : 1;
