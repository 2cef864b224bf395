import type { Command } from 'commander';
import type { GatewayConfig } from '#config/gateway-config.ts';
import { ConfigError, loadConfig } from '#config/load-config.ts';
import { unsetKeys } from '#config/unset-keys.ts';
import { type CommandContext, outputOf } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';

/** `config check`: everything that is wrong with the settings, before a gateway is started with them. */
export function addConfig(program: Command, context: CommandContext): void {
  program
    .command('config')
    .description('look at the settings of this folder and environment')
    .command('check')
    .description('list every fault of the configuration file and the environment, and what is doubtful in them')
    .addHelpText('after', '\nExits with 0 where a gateway can start with the settings, with 1 where it cannot.')
    .action(async (_options: unknown, command: Command) => {
      const output = outputOf(command, context);
      const found = await check(context.environment);
      output.answer({ json: { isValid: found.faults.length === 0, ...found }, text: () => checkText(found) });
      if (found.faults.length > 0) context.setExitCode(exitCode.fault);
    });
}

interface Found {
  readonly faults: readonly string[];
  readonly warnings: readonly string[];
}

async function check(environment: NodeJS.ProcessEnv): Promise<Found> {
  let config: GatewayConfig;
  try {
    config = loadConfig(environment);
  } catch (error) {
    if (error instanceof ConfigError) return { faults: error.faults, warnings: [] };
    throw error;
  }
  // The catalogue takes a while to load, and hardly any other command needs it.
  const { unpricedInSettings } = await import('../settings-warnings.ts');
  const warnings = [
    ...unsetKeys(config.providers, environment),
    ...unpricedInSettings(config, environment, Date.now()),
  ];
  return { faults: [], warnings };
}

function checkText({ faults, warnings }: Found): string {
  const lines = [...faults.map((fault) => `fault    ${fault}`), ...warnings.map((warning) => `warning  ${warning}`)];
  const verdict =
    faults.length === 0
      ? 'The settings are sound.'
      : `${faults.length} fault(s): the gateway cannot start with these settings.`;
  return [...lines, verdict].join('\n');
}
