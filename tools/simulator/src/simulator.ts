import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type AwsCredentials, exampleCredentials } from './aws/credentials.ts';
import { createFaultGate } from './fault-gate.ts';
import { createGoogleIdentity } from './google/service-account.ts';
import { createJitter } from './jitter.ts';
import { createMeter } from './meter.ts';
import { createOpenResponses, type OpenResponses } from './open-responses.ts';
import { checkScript } from './parse-script.ts';
import { route } from './route.ts';
import type { Script } from './script.ts';
import { createScriptDefaults, type ScriptDefaults } from './script-defaults.ts';
import type { Workplace } from './serve-completion.ts';

export interface SimulatorOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: one that is free. */
  readonly port?: number;
  /** The server-wide script, under all others. */
  readonly script?: Script;
  /** The keys that signed requests may be signed with; default: those of AWS' examples. */
  readonly awsCredentials?: readonly AwsCredentials[];
}

export interface Simulator {
  readonly url: string;
  /** Stops listening, lets answers end for a moment, then breaks what is left. */
  close(): Promise<void>;
}

/** Longer than HTTP clients keep an idle connection, so that it's never the simulator that closes under a request. */
const KEEP_ALIVE_TIMEOUT_MS = 120_000;

/** Starts the simulator; rejects when the port is taken or the script is wrong. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const open = createOpenResponses();
  const defaults = createScriptDefaults(checkScript(options.script ?? {}));
  const workplace = createWorkplace(defaults, open, options.awsCredentials ?? exampleCredentials);
  const server = createServer((request, response) => {
    open.track(response);
    route(workplace, defaults, request, response).catch((fault: unknown) => failLoudly(fault, request, response));
  });
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () => open.close(server),
  };
}

function createWorkplace(
  defaults: ScriptDefaults,
  open: OpenResponses,
  awsCredentials: readonly AwsCredentials[],
): Workplace {
  let sequence = 0;
  return {
    runId: `sim${randomBytes(4).toString('hex')}n`,
    meter: createMeter(),
    faultGate: createFaultGate(),
    jitterMs: createJitter(),
    defaults: defaults.current,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
    hold: open.hold,
    awsCredentials,
    google: createGoogleIdentity(Date.now),
  };
}

/** A client may go away while it sends its body. Any other fault is a defect of the simulator. */
function failLoudly(fault: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (fault !== request.errored) console.error('The simulator failed:', fault);
  response.destroy();
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}
