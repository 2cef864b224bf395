import { type ConfigFile, readConfigFile } from './config-file.ts';
import { contradictions } from './contradictions.ts';
import { type GatewayConfig, gatewayConfigSchema } from './gateway-config.ts';
import { unknownVariables } from './unknown-variables.ts';
import { type Environment, settingsOf } from './variables.ts';

/** A configuration that cannot be used: every fault in it, not only the first. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The configuration has ${faults.length} fault${faults.length === 1 ? '' : 's'}:\n  ${faults.join('\n  ')}`);
    this.faults = faults;
  }
}

/** A configuration, and where it comes from. */
export interface LoadedConfig {
  readonly config: GatewayConfig;
  /** Where a setting comes from, for people: its variable, the file, or the default. */
  originOf(setting: keyof GatewayConfig): string;
}

/**
 * The configuration from the file (`GATEWAY_CONFIG`, else config/gateway.yaml where there is one) and the environment,
 * which wins. Throws a `ConfigError` that lists all faults.
 */
export function loadConfig(environment: Environment): GatewayConfig {
  return loadConfigWithOrigins(environment).config;
}

/** As `loadConfig`, with the origin of each setting. */
export function loadConfigWithOrigins(environment: Environment): LoadedConfig {
  const file = readConfigFile(environment);
  const given = settingsOf(environment);
  const settings = { ...file.settings, ...given.settings };
  const faults = [...file.faults, ...unknownVariables(environment, file.settings)];
  const result = gatewayConfigSchema.safeParse(settings);
  const faulty = new Set<string>();
  for (const issue of result.error?.issues ?? []) {
    const path = issue.path.map(String).join('.');
    const [setting = ''] = issue.path.map(String);
    faulty.add(setting);
    faults.push(`${given.variableOf.get(setting) ?? (path || 'file')}: ${issue.message}`);
  }
  faults.push(...contradictions(result.data ?? withoutFaulty(settings, faulty), faulty));
  if (faults.length > 0 || !result.success) throw new ConfigError(faults);
  return { config: result.data, originOf: (setting) => originOf(setting, given.variableOf, file) };
}

/** The sound settings alone, so that their contradictions are listed with the faults of the others. */
function withoutFaulty(settings: Readonly<Record<string, unknown>>, faulty: ReadonlySet<string>): GatewayConfig {
  const known = Object.keys(gatewayConfigSchema.shape);
  const sound = Object.entries(settings).filter(([setting]) => known.includes(setting) && !faulty.has(setting));
  return gatewayConfigSchema.parse(Object.fromEntries(sound));
}

function originOf(
  setting: keyof GatewayConfig,
  variableOf: ReadonlyMap<string, string>,
  { path, settings }: ConfigFile,
): string {
  return variableOf.get(setting) ?? (Object.hasOwn(settings, setting) ? `${setting} in ${path}` : 'the default');
}
