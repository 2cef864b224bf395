import { failureOf } from '#ai/formats/openai-responses/error-event.ts';
import { createResponseFrame } from '#ai/formats/openai-responses/response-frame.ts';
import { parseObjectKeptDigits } from '#ai/json/parse-kept-digits.ts';
import type { Refusal } from '#errors/error-table.ts';
import type { JsonObject } from '#kernel/json.ts';

/** What the gateway says of a response that it makes in the background, whatever its provider says. */
export interface Told {
  /** The response's own id, from its beginning to its end. */
  readonly id: string;
  readonly previousId: string | null;
  readonly conversationId: string | null;
}

/** A response of the provider as this one. */
export function toldResponse(response: JsonObject, { id, previousId, conversationId }: Told): JsonObject {
  return {
    ...response,
    id,
    background: true,
    store: true,
    previous_response_id: previousId,
    ...(conversationId !== null && { conversation: { id: conversationId } }),
  };
}

/** The response before anything of it is made. */
export function queuedResponse(
  told: Told,
  { body, requestId, nowS }: { readonly body: JsonObject; readonly requestId: string; readonly nowS: number },
): JsonObject {
  const model = String(body['model']);
  const begun = createResponseFrame({ body, model, requestId, nowS }, null).begun();
  return toldResponse({ ...parseObjectKeptDigits(begun), status: 'queued' }, told);
}

/** The response as it was so far, ended by a failure. */
export function failedResponse(soFar: JsonObject, refusal: Refusal): JsonObject {
  return { ...soFar, status: 'failed', error: failureOf(refusal) };
}

/** The response as it was so far, ended by its client. */
export function cancelledResponse(soFar: JsonObject): JsonObject {
  return { ...soFar, status: 'cancelled' };
}
