import { randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { anthropicWire } from './anthropic/wire.ts';
import { createScriptDefaults, type ScriptDefaults, serveControl } from './control.ts';
import { sendJson } from './delivery.ts';
import { serveCompletion, type Workplace } from './exchange.ts';
import { createFaultGate } from './fault-gate.ts';
import { createJitter } from './jitter.ts';
import { createMeter } from './meter.ts';
import { anthropicModelsBody, openAiModelsBody } from './models.ts';
import { createOpenResponses, type OpenResponses } from './open-responses.ts';
import { openAiErrorBody } from './openai/errors.ts';
import { openAiWire } from './openai/wire.ts';
import { RequestProblem } from './request-problem.ts';
import { checkScript, type Script } from './script.ts';
import type { Wire } from './wire.ts';

export type SimulatorOptions = {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: one that is free. */
  readonly port?: number;
  /** The server-wide script, under all others. */
  readonly script?: Script;
};

export type Simulator = {
  readonly url: string;
  /** Stops listening, lets answers end for a moment, then breaks what is left. */
  close(): Promise<void>;
};

/** Longer than HTTP clients keep an idle connection, so that it's never the simulator that closes under a request. */
const keepAliveTimeoutMs = 120_000;

/** Starts the simulator; rejects when the port is taken or the script is wrong. */
export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const open = createOpenResponses();
  const defaults = createScriptDefaults(checkScript(options.script ?? {}));
  const workplace = createWorkplace(defaults, open);
  const server = createServer((request, response) => {
    open.track(response);
    route(workplace, defaults, request, response).catch((fault: unknown) => failLoudly(fault, request, response));
  });
  server.keepAliveTimeout = keepAliveTimeoutMs;
  const host = options.host ?? '127.0.0.1';
  const port = await listen(server, options.port ?? 0, host);
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    close: () => open.close(server),
  };
}

function createWorkplace(defaults: ScriptDefaults, open: OpenResponses): Workplace {
  let sequence = 0;
  return {
    runId: `sim${randomBytes(4).toString('hex')}n`,
    meter: createMeter(),
    faultGate: createFaultGate(),
    jitter: createJitter(),
    defaults: defaults.current,
    nextSequence: () => {
      sequence += 1;
      return sequence;
    },
    hold: open.hold,
  };
}

async function route(
  workplace: Workplace,
  defaults: ScriptDefaults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  try {
    if (path === '/v1/chat/completions') {
      requireMethod(request, 'POST', path);
      await serveCompletion(workplace, openAiWire, request, response);
    } else if (path === '/v1/messages') {
      requireMethod(request, 'POST', path);
      await serveCompletion(workplace, anthropicWire, request, response);
    } else if (path === '/v1/models') {
      requireMethod(request, 'GET', path);
      serveModels(request, response);
    } else if (path.startsWith('/simulator/')) {
      await serveControl(workplace.meter, defaults, request, response);
    } else {
      throw new RequestProblem(404, `Invalid URL (${request.method} ${path})`);
    }
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) {
      throw problem;
    }
    sendJson(response, problem.status, openAiErrorBody(problem.status, problem.message));
  }
}

function requireMethod(request: IncomingMessage, method: string, path: string): void {
  if (request.method !== method) {
    throw new RequestProblem(405, `Not allowed to ${request.method} on ${path}; use ${method}.`);
  }
}

function serveModels(request: IncomingMessage, response: ServerResponse): void {
  const wire: Wire = request.headers['anthropic-version'] === undefined ? openAiWire : anthropicWire;
  const refusal = wire.refuseHeaders(request.headers);
  if (refusal !== undefined) {
    sendJson(response, refusal.status, wire.errorBody(refusal.status, refusal.message));
    return;
  }
  sendJson(response, 200, wire === openAiWire ? openAiModelsBody() : anthropicModelsBody());
}

/** A client that went away while it sent its body is no news; anything else is a defect of the simulator. */
function failLoudly(fault: unknown, request: IncomingMessage, response: ServerResponse): void {
  if (fault !== request.errored) {
    console.error('The simulator failed:', fault);
  }
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
