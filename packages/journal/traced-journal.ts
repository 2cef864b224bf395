import { traced } from '#telemetry/tracing/traced.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';
import type { Journal } from './journal.ts';

/** The same log with each append as a step of its trace. Without a tracer, this returns the log itself. */
export function tracedJournal<J extends Pick<Journal, 'append'>>(journal: J, tracer: Tracer | null): J {
  if (tracer === null) return journal;
  return {
    ...journal,
    append: (request) =>
      traced(
        tracer,
        {
          name: `append ${request.events[0]?.type ?? ''}`,
          kind: 'producer',
          parent: request.traceparent,
          attributes: { 'messaging.operation.name': 'append', 'gateway.stream': request.stream },
        },
        (span) => journal.append({ ...request, traceparent: span?.traceparent ?? request.traceparent }),
      ),
  };
}
