import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { Reach } from './installation.ts';

const ENTRY = fileURLToPath(new URL('../../../cli/bin/gatewayctl.js', import.meta.url));

export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `gatewayctl` as an operator does, against a running gateway. */
export async function gatewayctl(
  { grpcAddress, adminToken }: Pick<Reach, 'grpcAddress' | 'adminToken'>,
  args: readonly string[],
): Promise<CommandResult> {
  const child = spawn(process.execPath, [ENTRY, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], GATEWAY_GRPC_ADDRESS: grpcAddress, GATEWAY_ADMIN_TOKEN: adminToken },
  });
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code: child.exitCode, stdout, stderr };
}

/** The same with `--json`; the answer as a document. */
export async function gatewayctlJson<T>(gateway: Reach, args: readonly string[]): Promise<T> {
  const { stdout, stderr } = await gatewayctl(gateway, [...args, '--json']);
  try {
    return JSON.parse(stdout) as T;
  } catch (error) {
    throw new Error(`gatewayctl ${args.join(' ')} printed no JSON: ${stdout}${stderr}`, { cause: error });
  }
}
