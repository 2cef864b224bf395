import type { Tracer } from './tracer.ts';

/**
 * The tracer of a process; null if OTEL_EXPORTER_OTLP_ENDPOINT is not set. In that case OpenTelemetry is not even
 * loaded.
 */
export async function createTracer(
  environment: Readonly<Record<string, string | undefined>>,
  service: string,
): Promise<Tracer | null> {
  const endpoint = environment['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] || environment['OTEL_EXPORTER_OTLP_ENDPOINT'];
  if (endpoint === undefined || endpoint === '' || environment['OTEL_SDK_DISABLED'] === 'true') return null;
  const { openTelemetryTracer } = await import('./open-telemetry-tracer.ts');
  return openTelemetryTracer(environment, service);
}
