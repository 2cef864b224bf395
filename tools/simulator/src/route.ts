import type { IncomingMessage, ServerResponse } from 'node:http';
import { asObject } from '#kernel/json.ts';
import { readCountPrompt as readMessagesCount } from './anthropic-messages/prompt.ts';
import { messagesWire } from './anthropic-messages/wire.ts';
import { bedrockWireOf } from './bedrock-calls.ts';
import { geminiEmbeddingsWire } from './gemini-embeddings/wire.ts';
import { readGeminiPrompt } from './gemini-generate/prompt.ts';
import { type GeminiCall, geminiCallOf, geminiDoor, geminiWire } from './gemini-generate/wire.ts';
import { serveToken, TOKEN_PATH } from './google/serve-token.ts';
import { anthropicModelsBody, openAiModelsBody } from './models.ts';
import { openAiErrorBody } from './openai/error-body.ts';
import { chatWire } from './openai-chat/wire.ts';
import { completionsWire } from './openai-completions/wire.ts';
import { embeddingsWire } from './openai-embeddings/wire.ts';
import { compactWire } from './openai-responses/compact-wire.ts';
import { readCountPrompt as readResponsesCount } from './openai-responses/prompt.ts';
import { responsesWire } from './openai-responses/wire.ts';
import { RequestProblem } from './request-problem.ts';
import type { ScriptDefaults } from './script-defaults.ts';
import { sendJson } from './send-json.ts';
import { serveCompletion, type Workplace } from './serve-completion.ts';
import { serveControl } from './serve-control.ts';
import { type Counting, serveCount } from './serve-count.ts';
import { vertexDoor } from './vertex/door.ts';
import { vertexWireOf } from './vertex-calls.ts';
import type { Wire } from './wire.ts';

const completionPaths: ReadonlyMap<string, Wire> = new Map([
  ['/v1/chat/completions', chatWire],
  ['/v1/completions', completionsWire],
  ['/v1/responses', responsesWire],
  ['/v1/responses/compact', compactWire],
  ['/v1/embeddings', embeddingsWire],
  ['/v1/messages', messagesWire],
]);

const countPaths: ReadonlyMap<string, Counting> = new Map([
  [
    '/v1/messages/count_tokens',
    { wire: messagesWire, readPrompt: readMessagesCount, answer: (tokens) => ({ input_tokens: tokens }) },
  ],
  [
    '/v1/responses/input_tokens',
    {
      wire: responsesWire,
      readPrompt: readResponsesCount,
      answer: (tokens) => ({ object: 'response.input_tokens', input_tokens: tokens }),
    },
  ],
]);

/** Answers one request of any path. A path or method it does not know is refused in OpenAI's shape. */
export async function route(
  workplace: Workplace,
  defaults: ScriptDefaults,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = '/'] = (request.url ?? '/').split('?', 1);
  try {
    const wire =
      completionPaths.get(path) ??
      bedrockWireOf(path, { credentials: workplace.awsCredentials, nowMs: Date.now }) ??
      vertexWireOf(path, workplace.google);
    const counting = countPaths.get(path);
    const gemini = geminiCallOf(path);
    if (wire !== undefined) {
      requireMethod(request, 'POST', path);
      await serveCompletion(workplace, { wire, request, response });
    } else if (counting !== undefined) {
      requireMethod(request, 'POST', path);
      await serveCount(counting, request, response);
    } else if (gemini !== undefined) {
      requireMethod(request, 'POST', path);
      await serveGemini(workplace, gemini, request, response);
    } else if (path === '/v1/models') {
      requireMethod(request, 'GET', path);
      serveModels(request, response);
    } else if (path === TOKEN_PATH) {
      requireMethod(request, 'POST', path);
      await serveToken(workplace.google, defaults.current(), request, response);
    } else if (path.startsWith('/simulator/')) {
      await serveControl(workplace, defaults, request, response);
    } else {
      throw new RequestProblem(404, `Invalid URL (${request.method} ${path})`);
    }
  } catch (problem) {
    if (!(problem instanceof RequestProblem)) throw problem;
    sendJson(response, problem.status, openAiErrorBody(problem));
  }
}

async function serveGemini(
  workplace: Workplace,
  call: GeminiCall,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const door = call.isInProject ? vertexDoor(workplace.google) : geminiDoor;
  if (call.method === 'embed' || call.method === 'batch-embed') {
    const embeddings = geminiEmbeddingsWire({ model: call.model, isBatch: call.method === 'batch-embed' }, door);
    return serveCompletion(workplace, { wire: embeddings, request, response });
  }
  const wire = geminiWire(call, door);
  if (call.method === 'generate') return serveCompletion(workplace, { wire, request, response });
  return serveCount(
    {
      wire,
      readPrompt: (body) => readGeminiPrompt(asObject(body['generateContentRequest']) ?? body, call),
      answer: (tokens) => ({ totalTokens: tokens }),
    },
    request,
    response,
  );
}

function requireMethod(request: IncomingMessage, method: string, path: string): void {
  if (request.method !== method) {
    throw new RequestProblem(405, `Not allowed to ${request.method} on ${path}; use ${method}.`);
  }
}

function serveModels(request: IncomingMessage, response: ServerResponse): void {
  const wire = request.headers['anthropic-version'] === undefined ? chatWire : messagesWire;
  const refusal = wire.refuseHeaders(request.headers);
  if (refusal !== undefined) {
    sendJson(response, refusal.status, wire.errorBody(refusal));
    return;
  }
  sendJson(response, 200, wire === chatWire ? openAiModelsBody() : anthropicModelsBody());
}
