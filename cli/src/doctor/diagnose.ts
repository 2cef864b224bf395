import { resolve } from 'node:path';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { ConfigError, loadConfig } from '#config/load-config.ts';
import { checkBus } from './check-bus.ts';
import { checkDatabase } from './check-database.ts';
import { checkDisk } from './check-disk.ts';
import { checkProviders } from './check-providers.ts';
import { checkRedis } from './check-redis.ts';
import { type Check, type Finding, fail, ok } from './finding.ts';

/** In the order in which they are told. */
const checks: readonly Check[] = [checkDisk, checkDatabase, checkBus, checkRedis, checkProviders];

/** Checks everything that a gateway needs, all parts at once. If the settings are faulty, nothing else is checked. */
export async function diagnose(
  environment: NodeJS.ProcessEnv,
  dataDir: string | undefined,
): Promise<readonly Finding[]> {
  let config: GatewayConfig;
  try {
    config = loadConfig(environment);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.faults.map((fault) =>
      fail('settings', fault, 'correct it; "gatewayctl config check" lists them again'),
    );
  }
  const parts = { config, environment, dataDir: resolve(dataDir ?? config.dataDir) };
  const found = await Promise.all(checks.map((check) => check(parts)));
  return [ok('settings', 'are sound'), ...found.flat()];
}
