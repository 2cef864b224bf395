import type { Operation } from '#ai/operation.ts';
import type { CompleteFrame, CompleteRequest, RouterPort } from '#contracts/router.ts';
import type { Span, Tracer } from '#telemetry/tracing/tracer.ts';

/** OpenTelemetry's names of them. */
const operationNames: Readonly<Record<Operation, string>> = { chat: 'chat', embed: 'embeddings' };

/**
 * Makes a completion a step of the request's trace, named by OpenTelemetry's conventions for generative AI. The trace
 * is not passed on to a provider: it is the operator's.
 */
export function tracedRouter<R extends RouterPort>(router: R, tracer: Tracer | null): R {
  if (tracer === null) return router;

  async function* complete(request: CompleteRequest, signal: AbortSignal): AsyncGenerator<CompleteFrame, void> {
    const [first] = request.candidates;
    const operation = operationNames[request.operation];
    const span = tracer?.start(`${operation} ${first?.model ?? ''}`, 'client', request.traceparent, {
      'gen_ai.operation.name': operation,
      'gen_ai.request.model': first?.model ?? '',
      'gen_ai.request.max_tokens': request.outputTokensMax,
      'gateway.request_id': request.requestId,
    });
    try {
      for await (const frame of router.complete({ ...request, traceparent: span?.traceparent }, signal)) {
        if (span !== undefined) note(span, frame);
        yield frame;
      }
    } finally {
      span?.end();
    }
  }

  return { ...router, complete };
}

function note(span: Span, frame: CompleteFrame): void {
  if (frame.kind === 'head') {
    span.set({ 'gen_ai.provider.name': frame.provider, 'http.response.status_code': frame.status });
  } else if (frame.kind === 'end') {
    const { provider, model, inputTokens, outputTokens } = frame.summary;
    span.set({
      'gen_ai.provider.name': provider,
      'gen_ai.response.model': model,
      'gen_ai.usage.input_tokens': inputTokens,
      'gen_ai.usage.output_tokens': outputTokens,
    });
  } else if (frame.kind === 'failure') {
    span.fail(frame.failure.code);
  }
}
