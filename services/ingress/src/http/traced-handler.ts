import { traced } from '#telemetry/tracing/traced.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';
import type { Handler } from './exchange.ts';

/** A handler as the first step of its request's trace, which may have begun with the client. */
export function tracedHandler(route: string, handler: Handler, tracer: Tracer | null): Handler {
  if (tracer === null) return handler;
  return (exchange, params) => {
    const { request, record } = exchange;
    const { traceparent } = request.headers;
    return traced(
      tracer,
      {
        name: `${request.method} ${route}`,
        kind: 'server',
        parent: typeof traceparent === 'string' ? traceparent : undefined,
        attributes: {
          'http.request.method': request.method ?? '',
          'http.route': route,
          'gateway.request_id': exchange.id,
        },
      },
      async (span) => {
        exchange.traceparent = span?.traceparent;
        try {
          await handler(exchange, params);
        } finally {
          span?.set({
            'http.response.status_code': record.status,
            ...(record.model === null ? {} : { 'gen_ai.request.model': record.model }),
            ...(record.userId === null ? {} : { 'gateway.user_id': record.userId }),
          });
        }
      },
    );
  };
}
