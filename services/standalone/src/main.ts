import { resolve } from 'node:path';
import { ConfigError, loadConfig } from '#config/load-config.ts';
import { providersFrom, SIMULATOR_KEY_VARIABLE, SIMULATOR_URL_VARIABLE } from '#config/providers.ts';
import type { AdminPort } from '#contracts/admin.ts';
import { ArgumentError, type Arguments, readArguments } from '#host/read-arguments.ts';
import { USAGE_EXIT_CODE } from '#host/run-service.ts';
import { stopOnSignals } from '#host/stop-on-signals.ts';
import { lockDataDir } from '#postgres/data-dir-lock.ts';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '#postgres/embedded-postgres.ts';
import { errorText } from '#telemetry/error-fields.ts';
import { createLogger, type Logger } from '#telemetry/logger.ts';
import { redactLine } from '#telemetry/redact.ts';
import { banner } from './banner.ts';
import { buildConsole } from './build-console.ts';
import { type Demo, planDemo, settleDemo } from './demo.ts';
import { startGateway } from './gateway.ts';
import { helpText } from './help-text.ts';
import { loadSecrets, secretsFile } from './secrets.ts';
import { signInCode } from './sign-in-code.ts';
import { type SimulatorProcess, startSimulatorProcess } from './simulator-process.ts';

const { flags } = given();
if (flags.has('help')) {
  process.stdout.write(helpText);
  process.exit(0);
}

try {
  await start();
} catch (error) {
  const message =
    error instanceof ConfigError ? error.message : `The gateway could not start: ${(error as Error).message}`;
  process.stderr.write(`${redactLine(message)}\n`);
  const isDebugged = !(error instanceof ConfigError) && process.env['GATEWAY_LOG_LEVEL'] === 'debug';
  if (isDebugged) process.stderr.write(`${errorText(error)}\n`);
  process.exit(1);
}

function given(): Arguments {
  try {
    return readArguments(undefined, { flags: ['help', 'quiet'], words: [] });
  } catch (error) {
    if (!(error instanceof ArgumentError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(USAGE_EXIT_CODE);
  }
}

async function start(): Promise<void> {
  const startedAtMs = performance.now();
  const config = loadConfig(process.env);
  const dataDir = resolve(config.dataDir);
  const logger = createLogger({ level: config.logLevel, service: 'standalone' });
  // A start that fails gives back what it took: no PostgreSQL stays behind that nobody stops.
  await using opened = new AsyncDisposableStack();
  const running = Promise.withResolvers<AsyncDisposableStack>();
  // A signal during the start waits for its end: half a start is harder to stop than a whole one.
  const stop = stopOnSignals(logger, config.drainTimeoutMs, async () => (await running.promise).disposeAsync());

  opened.use(await lockDataDir(dataDir));
  const configured = providersFrom(config.providers, process.env);
  const secrets = await loadSecrets(dataDir, config);
  for (const warning of secrets.warnings) logger.warn(warning);
  const simulatorStart = configured.length === 0 ? startSimulatorProcess() : undefined;
  // Awaited below; it may fail before.
  simulatorStart?.catch(() => undefined);
  const postgres = config.databaseUrl === undefined ? await startDatabase(dataDir, logger) : undefined;
  opened.defer(async () => postgres?.stop());
  postgres?.supervise({
    log: (level, fields, message) => logger[level](fields, message),
    onGivenUp: (error) => stop.now(error, 'there is no database any more; the process ends'),
  });
  const simulator = await simulatorStart;
  opened.defer(async () => simulator?.stop());
  const environment = { ...process.env, ...simulatorVariables(simulator) };
  const providers = providersFrom(config.providers, environment);

  const plan = planDemo(config, configured.length > 0);
  const settled = Promise.withResolvers<{ readonly demo: Demo; readonly admin: AdminPort }>();
  const gateway = await startGateway({
    config: {
      ...config,
      adminToken: secrets.adminToken,
      keyPepper: secrets.keyPepper,
      masterKey: secrets.masterKey,
      databaseUrl: config.databaseUrl ?? postgres?.connectionString,
    },
    environment,
    onFenced: (error) => stop.now(error),
    async settleDemo(port, whose) {
      const { demo, admin } = await settleDemo(plan, port, { dataDir, demoKey: secrets.demoKey, whose });
      settled.resolve({ demo, admin });
      return admin;
    },
  });
  opened.defer(() => gateway.stop());
  // Not before: the gateway is ready first, and the console is built with what it leaves.
  opened.adopt(buildConsole(logger), (building) => building.stop());
  running.resolve(opened.move());
  const { demo, admin } = await settled.promise;
  if (demo.kind === 'off' && demo.revokedKeys > 0) {
    logger.warn({ keys: demo.revokedKeys }, `demo key revoked: ${demo.reason}`);
  }

  const startMs = performance.now() - startedAtMs;
  logger.info({ url: gateway.url, grpcAddress: gateway.grpcAddress, startMs: Math.round(startMs) }, 'ready');
  if (flags.has('quiet')) return;
  const { isTTY: isTerminal } = process.stderr;
  process.stderr.write(
    banner({
      url: gateway.url,
      grpcAddress: gateway.grpcAddress,
      dataDir,
      linkedDir: postgres?.linkedDir,
      secretsFile: secretsFile(dataDir),
      adminToken: secrets.adminToken,
      isAdminTokenGiven: secrets.isAdminTokenGiven,
      demo,
      providers: providers.map((provider) => provider.name),
      model: exampleModel(providers.map((provider) => provider.catalogue)),
      startMs,
      isTerminal,
      signInCode: isTerminal ? await signInCode(admin, Date.now()) : '',
    }),
  );
}

/** By these the simulator becomes a provider, wherever it listens this time. Without one, whatever the environment says is nothing. */
function simulatorVariables(simulator: SimulatorProcess | undefined): Readonly<Record<string, string | undefined>> {
  return { [SIMULATOR_URL_VARIABLE]: simulator?.url, [SIMULATOR_KEY_VARIABLE]: 'simulator' };
}

function startDatabase(dataDir: string, logger: Logger): Promise<EmbeddedPostgres> {
  return startEmbeddedPostgres({ dataDir, log: (message) => logger.info({}, message) });
}

/** A cheap model of a provider that is on, for the example. */
function exampleModel(catalogues: readonly string[]): string {
  if (catalogues.includes('openai')) return 'gpt-4o-mini';
  return catalogues.includes('anthropic') ? 'claude-haiku-4-5' : '<a model of GET /v1/models>';
}
