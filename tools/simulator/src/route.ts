import type { IncomingMessage, ServerResponse } from 'node:http';
import { anthropicWire } from './anthropic/wire.ts';
import { anthropicModelsBody, openAiModelsBody } from './models.ts';
import { openAiErrorBody } from './openai/error-body.ts';
import { openAiWire } from './openai/wire.ts';
import { RequestProblem } from './request-problem.ts';
import type { ScriptDefaults } from './script-defaults.ts';
import { sendJson } from './send-json.ts';
import { serveCompletion, type Workplace } from './serve-completion.ts';
import { serveControl } from './serve-control.ts';
import type { Wire } from './wire.ts';

/** Answers one request of any path. A path or method it does not know is refused in OpenAI's shape. */
export async function route(
  workplace: Workplace,
  defaults: ScriptDefaults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  try {
    if (path === '/v1/chat/completions') {
      requireMethod(request, 'POST', path);
      await serveCompletion(workplace, { wire: openAiWire, request, response });
    } else if (path === '/v1/messages') {
      requireMethod(request, 'POST', path);
      await serveCompletion(workplace, { wire: anthropicWire, request, response });
    } else if (path === '/v1/models') {
      requireMethod(request, 'GET', path);
      serveModels(request, response);
    } else if (path.startsWith('/simulator/')) {
      await serveControl(workplace.meter, defaults, request, response);
    } else {
      throw new RequestProblem(404, `Invalid URL (${request.method} ${path})`);
    }
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) throw problem;
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
