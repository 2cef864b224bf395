import { asObject, type JsonObject } from '#kernel/json.ts';
import type { AnswerEnd, AnswerPart } from '../../chat/answer-part.ts';
import type { AnswerContext } from '../../format.ts';
import type { ResponseEnding } from './finish.ts';
import { responseIdOf } from './item-ids.ts';
import { writeUsage } from './write-usage.ts';

/** The response object around its output. */
export interface ResponseFrame {
  /** As it is told at the beginning of a stream. */
  begun(): string;
  /** `output`: its items as JSON. */
  ended(ending: ResponseEnding, output: string, end: AnswerEnd): string;
}

/** Tiers that clients of this format know. */
const tiers: ReadonlySet<string> = new Set(['default', 'flex', 'scale', 'priority', 'fast', 'ultrafast']);

export function createResponseFrame(
  { body, model, requestId, nowS }: AnswerContext,
  start: Extract<AnswerPart, { type: 'start' }> | null,
): ResponseFrame {
  const head =
    `{"id":${JSON.stringify(responseIdOf(requestId))},"object":"response",` +
    `"created_at":${start?.createdAtS || nowS},"model":${JSON.stringify(start?.model || model)}`;
  // What the client sent can be long, and is told three times in a stream.
  const repeated = JSON.stringify(repeatedFields(body)).slice(1, -1);
  const asked = typeof body['service_tier'] === 'string' ? body['service_tier'] : 'auto';
  return {
    begun: () =>
      `${head},"status":"in_progress","error":null,"incomplete_details":null,"output":[],"usage":null,` +
      `"service_tier":${JSON.stringify(asked)},${repeated}}`,
    ended({ status, reason }, output, end) {
      const searches = end.usage?.search ?? 0;
      return (
        `${head},"status":"${status}","error":null,` +
        `"incomplete_details":${reason === null ? 'null' : `{"reason":"${reason}"}`},"output":${output},` +
        `"usage":${writeUsage(end)},"service_tier":"${tiers.has(end.serviceTier) ? end.serviceTier : 'default'}",` +
        `${searches > 0 ? `"tool_usage":{"web_search":{"num_requests":${searches}}},` : ''}${repeated}}`
      );
    },
  };
}

/** What a response repeats of its request, with the values that fields have which were left out. */
function repeatedFields(body: JsonObject): JsonObject {
  const text = asObject(body['text']);
  const reasoning = asObject(body['reasoning']);
  return {
    access_programs: null,
    background: false,
    instructions: body['instructions'] ?? null,
    max_output_tokens: body['max_output_tokens'] ?? null,
    max_tool_calls: body['max_tool_calls'] ?? null,
    metadata: body['metadata'] ?? {},
    parallel_tool_calls: body['parallel_tool_calls'] ?? true,
    previous_response_id: body['previous_response_id'] ?? null,
    prompt_cache_key: body['prompt_cache_key'] ?? null,
    reasoning: { ...reasoning, effort: reasoning?.['effort'] ?? null, summary: reasoning?.['summary'] ?? null },
    safety_identifier: body['safety_identifier'] ?? null,
    store: body['store'] ?? true,
    temperature: body['temperature'] ?? null,
    text: { ...text, format: text?.['format'] ?? { type: 'text' } },
    tool_choice: body['tool_choice'] ?? 'auto',
    tools: body['tools'] ?? [],
    top_logprobs: body['top_logprobs'] ?? 0,
    top_p: body['top_p'] ?? null,
    truncation: body['truncation'] ?? 'disabled',
    ...(typeof body['user'] === 'string' ? { user: body['user'] } : {}),
  };
}
