import type { CompleteRequest } from '#contracts/router.ts';

/** An admitted chat completion for the router alone, of a body as the load generator sends it. */
export function benchRequest(requestId: string, provider: string, body: Buffer): CompleteRequest {
  const parsedBody = JSON.parse(body.toString()) as Record<string, unknown>;
  const model = String(parsedBody['model']);
  return {
    requestId,
    userId: 'u',
    operation: 'chat',
    format: 'openai-chat',
    headers: {},
    body,
    parsedBody,
    stream: parsedBody['stream'] === true,
    candidates: [{ provider, model, priceKey: `bench/${model}`, priceVersion: 1 }],
    outputTokensMax: 16_384,
    promptTokensBound: 1_000_000,
    outputTokensBound: 16_384,
    admissionEventId: requestId,
    dropsUnplaced: false,
    tellsCost: false,
    multiplierBasisPoints: 10_000,
  };
}
