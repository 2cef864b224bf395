import type { GatewayConfig } from '#config/gateway-config.ts';
import type { Logger } from '#telemetry/logger.ts';
import type { GatewayMetrics } from '#telemetry/metrics.ts';
import type { Tracer } from '#telemetry/tracing/tracer.ts';

/** A process that runs one or several of the gateway's services. */
export interface Host {
  /** The service's name, or the names of all services. */
  readonly name: string;
  /** This process' name in leases and logs. */
  readonly instance: string;
  readonly config: GatewayConfig;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly logger: Logger;
  /** The logger of one of the process' services. */
  readonly loggerOf: (service: string) => Logger;
  readonly metrics: GatewayMetrics;
  /** null: tracing is off. */
  readonly tracer: Tracer | null;
  /** What the service opened. The stop gives it back in reverse order. */
  readonly stack: AsyncDisposableStack;
  /** Aborts when the stop begins, which ends waits. */
  readonly stopping: AbortSignal;
  /** Adds a part to `/health/ready`: `ok`, or why requests cannot be served. Called at each probe. */
  readiness(part: string, check: () => string): void;
  /** Called before the metrics are read, to update gauges. */
  beforeMetrics(publish: () => void | Promise<void>): void;
  /** Ends the process at once, because what it holds in memory is no longer the truth. */
  fence(error: Error): void;
}

/** The settings that a service needs. Throws an `Error` that names all missing settings. */
export function required<K extends keyof GatewayConfig>(
  { name, config }: Pick<Host, 'name' | 'config'>,
  settings: Readonly<Record<K, string>>,
): { readonly [P in K]: NonNullable<GatewayConfig[P]> } {
  const missing = Object.entries<string>(settings).filter(([setting]) => isMissing(config[setting as K]));
  if (missing.length > 0) {
    throw new Error(`${name} needs ${missing.map(([, variable]) => variable).join(', ')} to be set`);
  }
  return config as { readonly [P in K]: NonNullable<GatewayConfig[P]> };
}

function isMissing(value: unknown): boolean {
  return value === undefined || (Array.isArray(value) && value.length === 0);
}
