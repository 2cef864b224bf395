import { hostname } from 'node:os';
import { ConfigError, loadConfig } from '#config/load-config.ts';
import { errorText } from '#telemetry/error-fields.ts';
import { createLogger, type Logger } from '#telemetry/logger.ts';
import { createMetrics } from '#telemetry/metrics.ts';
import { redactLine } from '#telemetry/redact.ts';
import { createTracer } from '#telemetry/tracing/create-tracer.ts';
import type { Host } from './host.ts';
import { listening } from './listening.ts';
import { startOpsServer } from './ops-server.ts';
import { ArgumentError, readArguments } from './read-arguments.ts';
import { migrateSchema } from './schemas.ts';
import { STOP_MARGIN_MS, stopOnSignals } from './stop-on-signals.ts';

export interface ServiceDefinition {
  readonly name: string;
  /** The services that the process runs. Absent: the service itself. */
  readonly services?: readonly string[];
  /** The text of `--help` after the first line. */
  readonly usage: string;
  /** The services with a schema, which `migrate` updates. */
  readonly schemas?: readonly string[];
  /** The command that starts the process, and its arguments. Absent: the arguments of this process. */
  readonly command?: string;
  readonly args?: readonly string[];
  /** Starts everything. Resolves when the process works, or stands by. */
  readonly start: (host: Host) => Promise<void>;
}

/** The exit code of a wrong command line, as of a shell's own commands. */
export const USAGE_EXIT_CODE = 2;

/**
 * The life of a process that runs one or several services: settings, log, health, start, signals, stop. A start that
 * fails says why, gives everything back and ends with exit code 1.
 */
export async function runService(definition: ServiceDefinition): Promise<void> {
  const { name, schemas = [] } = definition;
  try {
    const { flags, words } = readArguments(definition.args, {
      flags: ['help'],
      words: schemas.length > 0 ? ['migrate'] : [],
    });
    if (flags.has('help')) {
      process.stdout.write(helpOf(definition));
      return;
    }
    if (!words.includes('migrate')) return await serve(definition);
    for (const schema of schemas) await migrateSchema(schema, loadConfig(process.env));
  } catch (error) {
    if (error instanceof ArgumentError) {
      process.stderr.write(`${error.message}\n`);
      process.exit(USAGE_EXIT_CODE);
    }
    const message = error instanceof ConfigError ? error.message : `${name} could not start: ${textOf(error)}`;
    process.stderr.write(`${redactLine(message)}\n`);
    if (process.env['GATEWAY_LOG_LEVEL'] === 'debug') process.stderr.write(`${errorText(error)}\n`);
    process.exit(1);
  }
}

async function serve({ name, services = [name], start }: ServiceDefinition): Promise<void> {
  const config = loadConfig(process.env);
  const instance = config.instance ?? `${hostname()}-${process.pid}`;
  const loggerOf = (service: string): Logger => createLogger({ level: config.logLevel, service }).child({ instance });
  const logger = loggerOf(name);
  const metrics = createMetrics({ withProcessDefaults: true });
  const checks = new Map<string, () => string>();
  const publishers: (() => void | Promise<void>)[] = [];
  const stopping = new AbortController();
  await using opened = new AsyncDisposableStack();
  const started = Promise.withResolvers<void>();
  let state = 'starting';

  const stop = stopOnSignals(logger, config.drainTimeoutMs, async () => {
    state = 'stopping';
    stopping.abort();
    // Half a start is harder to stop than a whole one, and its waits have just been ended.
    await started.promise.catch(() => undefined);
    await opened.disposeAsync();
  });
  endOnUncaughtFaults(logger);
  for (const service of services) checks.set(service, () => standbyOr(state, checks.get('leadership')));
  const { opsHost, opsPort } = config;
  const ops = await listening(
    { host: opsHost, port: opsPort, hostSetting: 'GATEWAY_OPS_HOST', portSetting: 'GATEWAY_OPS_PORT' },
    startOpsServer({
      host: opsHost,
      port: opsPort,
      registry: metrics.registry,
      metricsToken: config.metricsToken,
      checks,
      publishers,
      logger,
    }),
  );
  logger.info({ url: ops.url }, 'health and metrics are served');
  opened.defer(() => ops.close());
  const tracer = await createTracer(process.env, name);
  opened.defer(async () => tracer?.close());
  const host: Host = {
    name,
    instance,
    config,
    environment: process.env,
    logger,
    loggerOf,
    metrics,
    tracer,
    stack: opened.use(new AsyncDisposableStack()),
    stopping: stopping.signal,
    readiness: (part, check) => void checks.set(part, check),
    beforeMetrics: (publish) => void publishers.push(publish),
    fence: stop.now,
  };
  try {
    await start(host);
    // A signal that came at the end of the start wins.
    if (!stopping.signal.aborted) {
      state = 'running';
      logger.info('ready');
    }
    started.resolve();
  } catch (error) {
    started.reject(error);
    started.promise.catch(() => undefined);
    // A stop that came during the start ends the process itself.
    if (stopping.signal.aborted) return await new Promise(() => undefined);
    stopping.abort();
    cutOffGivingBack(error);
    throw error;
  }
  // Waits for a signal. The stop gives back what was opened.
  await new Promise(() => undefined);
}

/** An unexpected fault has left its work half done. The log recovers from a crash, but not from half-done work. */
function endOnUncaughtFaults(logger: Logger): void {
  process.on('uncaughtException', (error: unknown) => {
    logger.fatal({ err: error }, 'a fault that nothing expected; the process ends');
    process.exit(1);
  });
}

/** Gives back what a failed start opened. If that hangs, the reason of the failure is still reported. */
function cutOffGivingBack(error: unknown): void {
  setTimeout(() => {
    process.stderr.write(redactLine(`the start failed, and what it took could not be given back: ${textOf(error)}\n`));
    process.exit(1);
  }, STOP_MARGIN_MS).unref();
}

/** A process that waits to lead already does all that is asked of it, so it counts as ready. */
function standbyOr(state: string, leadership: (() => string) | undefined): string {
  if (state === 'running') return 'ok';
  return state === 'starting' && leadership?.() === 'standby' ? 'standby' : state;
}

function helpOf(definition: ServiceDefinition): string {
  const { name, usage, schemas = [], services = [name] } = definition;
  const command = definition.command ?? `node services/${name}/src/main.ts`;
  const migrate = schemas.length > 0 ? `\n  ${command} migrate    bring its schema up to date, and end` : '';
  const what =
    services.length === 1 ? `The gateway's ${name} service` : `The gateway's services ${services.join(', ')}`;
  return `${what}, as a process of its own.

  ${command}            start${migrate}

${usage}
Settings come from config/gateway.yaml (GATEWAY_CONFIG) and the environment, which wins; the file lists them all.
`;
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
