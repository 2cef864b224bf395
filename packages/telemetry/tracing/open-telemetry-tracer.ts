import {
  type Context,
  isSpanContextValid,
  SpanKind as OtelSpanKind,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BasicTracerProvider,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
} from '@opentelemetry/sdk-trace-base';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import type { Span, SpanKind, Tracer } from './tracer.ts';

/** How many spans may wait to be sent. More are dropped so that memory does not fill. */
const QUEUE_MAX_SPANS = 4_096;
const BATCH_MAX_SPANS = 512;
const BATCH_INTERVAL_MS = 1_000;
/** A collector that is away must hold up nothing, least of all a stop. */
const EXPORT_TIMEOUT_MS = 5_000;

const kinds: Readonly<Record<SpanKind, OtelSpanKind>> = {
  server: OtelSpanKind.SERVER,
  client: OtelSpanKind.CLIENT,
  producer: OtelSpanKind.PRODUCER,
  internal: OtelSpanKind.INTERNAL,
};

/** Sends spans by OTLP over HTTP, as the standard OTEL_ variables say: endpoint, headers, sampler, service name. */
export function openTelemetryTracer(
  environment: Readonly<Record<string, string | undefined>>,
  service: string,
): Tracer {
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({
      [ATTR_SERVICE_NAME]: environment['OTEL_SERVICE_NAME'] || `gateway-${service}`,
    }),
    sampler: samplerOf(environment),
    spanProcessors: [
      // The exporter reads endpoint and headers from the environment itself.
      new BatchSpanProcessor(new OTLPTraceExporter({ timeoutMillis: EXPORT_TIMEOUT_MS }), {
        maxQueueSize: QUEUE_MAX_SPANS,
        maxExportBatchSize: BATCH_MAX_SPANS,
        scheduledDelayMillis: BATCH_INTERVAL_MS,
        exportTimeoutMillis: EXPORT_TIMEOUT_MS,
      }),
    ],
  });
  const tracer = provider.getTracer('ai-api-gateway');

  return {
    start(name, kind, parent, attributes = {}) {
      const span = tracer.startSpan(name, { kind: kinds[kind], attributes: { ...attributes } }, contextOf(parent));
      const { traceId, spanId, traceFlags } = span.spanContext();
      return {
        traceparent: `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`,
        set: (more) => void span.setAttributes({ ...more }),
        fail: (code) =>
          void span.setStatus({ code: SpanStatusCode.ERROR, message: code }).setAttribute('error.type', code),
        end: () => span.end(),
      } satisfies Span;
    },
    async close() {
      await provider.shutdown().catch(() => undefined);
    },
  };
}

/** The context of a `traceparent`; a context without a parent if the value is none. */
function contextOf(traceparent: string | undefined): Context {
  const match = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})/.exec(traceparent ?? '');
  const [, traceId = '', spanId = '', flags = '00'] = match ?? [];
  const spanContext = { traceId, spanId, traceFlags: Number.parseInt(flags, 16), isRemote: true };
  return isSpanContextValid(spanContext) ? trace.setSpanContext(ROOT_CONTEXT, spanContext) : ROOT_CONTEXT;
}

function samplerOf(environment: Readonly<Record<string, string | undefined>>): Sampler {
  const ratio = Number(environment['OTEL_TRACES_SAMPLER_ARG'] ?? 1);
  const byRatio = new TraceIdRatioBasedSampler(Number.isFinite(ratio) ? ratio : 1);
  switch (environment['OTEL_TRACES_SAMPLER']) {
    case 'always_on':
      return new AlwaysOnSampler();
    case 'always_off':
      return new AlwaysOffSampler();
    case 'traceidratio':
      return byRatio;
    case 'parentbased_always_off':
      return new ParentBasedSampler({ root: new AlwaysOffSampler() });
    case 'parentbased_traceidratio':
      return new ParentBasedSampler({ root: byRatio });
    default:
      return new ParentBasedSampler({ root: new AlwaysOnSampler() });
  }
}
