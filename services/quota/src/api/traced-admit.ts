import type { QuotaPort } from '#contracts/quota.ts';
import { traced } from '#telemetry/tracing/traced.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';

/** Admission as a step of the request's trace. */
export function tracedAdmit(admit: QuotaPort['admit'], tracer: Tracer | null): QuotaPort['admit'] {
  if (tracer === null) return admit;
  return (request) =>
    traced(tracer, { name: 'admit', kind: 'server', parent: request.traceparent }, async (span) => {
      const response = await admit({ ...request, traceparent: span?.traceparent });
      const { result } = response;
      if (result.kind === 'refused') span?.set({ 'gateway.refusal': result.refusal.code });
      return response;
    });
}
