import { faultFrom } from '#errors/fault.ts';
import type { Span, SpanAttributes, SpanKind, Tracer } from './tracer.ts';

/** Runs work as a step of a trace; without a tracer, just runs it. A rejection marks the step as failed. */
export async function traced<T>(
  tracer: Tracer | null,
  step: {
    readonly name: string;
    readonly kind: SpanKind;
    readonly parent: string | undefined;
    readonly attributes?: SpanAttributes;
  },
  work: (span: Span | null) => Promise<T>,
): Promise<T> {
  if (tracer === null) return work(null);
  const span = tracer.start(step.name, step.kind, step.parent, step.attributes);
  try {
    return await work(span);
  } catch (thrown) {
    span.fail(faultFrom(thrown).code);
    throw thrown;
  } finally {
    span.end();
  }
}
