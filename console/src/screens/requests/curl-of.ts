import type { ExplainedAdmission } from '../../api/gen/index.ts';

const messages = [{ role: 'user', content: 'YOUR PROMPT' }];

/** Where each format of a client is spoken, and what its body has beside the model. */
const shapes: Readonly<Record<string, { readonly path: string; readonly body: object }>> = {
  'openai-chat': { path: '/v1/chat/completions', body: { messages } },
  'openai-completions': { path: '/v1/completions', body: { prompt: 'YOUR PROMPT' } },
  'openai-responses': { path: '/v1/responses', body: { input: 'YOUR PROMPT' } },
  'openai-embeddings': { path: '/v1/embeddings', body: { input: 'YOUR TEXT' } },
  'anthropic-messages': { path: '/v1/messages', body: { max_tokens: 1_024, messages } },
};

/** A command that asks the same model in the same format. No prompt is kept, so none is in it. '': the format has no such line. */
export function curlOf({ format, model, stream }: ExplainedAdmission, origin: string): string {
  const shape = shapes[format ?? ''];
  if (shape === undefined) return '';
  const body = JSON.stringify({ model, ...shape.body, ...(stream === true ? { stream: true } : {}) });
  return [
    `curl ${origin}${shape.path}`,
    '-H "Authorization: Bearer $KEY"',
    "-H 'Content-Type: application/json'",
    `-d '${body.replaceAll("'", "'\\''")}'`,
  ].join(' ');
}
