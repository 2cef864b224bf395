import type { CompleteRequest } from '#contracts/router.ts';
import { asObject } from '#kernel/json.ts';

const LEFT_BRACE = 0x7b;
const RIGHT_BRACE = 0x7d;
/** JSON's white space. */
const SPACES: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);

/**
 * The request for an OpenAI-compatible provider: the client's own bytes, with the output bound and the request for a
 * usage report added if the client left them out. The body is written anew only if a key is there with another value.
 * `isUsageHidden`: the client did not ask for the usage chunk that will come.
 */
export function encodeOpenAiRequest(
  request: CompleteRequest,
  model: string,
  maxTokensParam: 'max_tokens' | 'max_completion_tokens',
): { readonly body: Buffer; readonly isUsageHidden: boolean } {
  const { parsedBody } = request;
  const added: Record<string, unknown> = {};
  const replaced: Record<string, unknown> = {};
  const put = (key: string, value: unknown) => {
    (Object.hasOwn(parsedBody, key) ? replaced : added)[key] = value;
  };

  if (parsedBody['model'] !== model) put('model', model);
  const bounds = outputBounds(parsedBody);
  if (bounds.length === 0) put(maxTokensParam, request.outputTokensMax);
  // The hold covers no more than was admitted.
  for (const [key, tokens] of bounds) if (tokens > request.outputTokensMax) put(key, request.outputTokensMax);
  const options = asObject(parsedBody['stream_options']);
  const isUsageAsked = options?.['include_usage'] === true;
  if (request.stream && !isUsageAsked) put('stream_options', { ...options, include_usage: true });

  return { body: withFields(request, added, replaced), isUsageHidden: !isUsageAsked };
}

/** The client's own bounds of one choice. `null` counts as no bound, as at OpenAI. */
function outputBounds(body: CompleteRequest['parsedBody']): (readonly [key: string, tokens: number])[] {
  const bounds: (readonly [string, number])[] = [];
  for (const key of ['max_completion_tokens', 'max_tokens']) {
    const tokens = body[key];
    if (typeof tokens === 'number') bounds.push([key, tokens]);
  }
  return bounds;
}

function withFields(
  request: CompleteRequest,
  added: Readonly<Record<string, unknown>>,
  replaced: Readonly<Record<string, unknown>>,
): Buffer {
  for (const _ in replaced) return Buffer.from(JSON.stringify({ ...request.parsedBody, ...added, ...replaced }));
  for (const _ in added) return splice(request.body, JSON.stringify(added).slice(1, -1));
  return request.body;
}

/** Writes fields in after the first brace. Only absent keys are added, so no existing key is overridden. */
function splice(body: Buffer, fields: string): Buffer {
  const start = body.indexOf(LEFT_BRACE) + 1;
  let next = start;
  while (SPACES.has(body[next] ?? RIGHT_BRACE)) next += 1;
  const inserted = body[next] === RIGHT_BRACE ? fields : `${fields},`;
  const result = Buffer.allocUnsafe(body.length + Buffer.byteLength(inserted));
  body.copy(result, 0, 0, start);
  const end = start + result.write(inserted, start);
  body.copy(result, end, start);
  return result;
}
