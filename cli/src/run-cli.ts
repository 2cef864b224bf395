import { Command, CommanderError } from 'commander';
import { faultFrom } from '#errors/fault.ts';
import { addAdminCommands } from './admin/admin-commands.ts';
import type { CommandContext } from './command-context.ts';
import { addApply } from './commands/apply.ts';
import { addAuditBalance } from './commands/audit-balance.ts';
import { addAuditExplain } from './commands/audit-explain.ts';
import { addAuditExport } from './commands/audit-export.ts';
import { addAuditVerify } from './commands/audit-verify.ts';
import { addCompletion } from './commands/completion.ts';
import { addConfig } from './commands/config-check.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addDoctor } from './commands/doctor.ts';
import { addLog } from './commands/log.ts';
import { addMigrate } from './commands/migrate.ts';
import { addModelsSupport } from './commands/models-support.ts';
import { addPricesDiff } from './commands/prices-diff.ts';
import { addReplay } from './commands/replay.ts';
import { addSelftest } from './commands/selftest.ts';
import type { FoundConnection } from './connection.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { createOutput } from './output.ts';
import { version } from './version.ts';

export type CliSurroundings = Omit<CommandContext, 'setExitCode' | 'noteConnection'>;

/** Runs one command line to its end; the exit code to end with. Every failure is told on stderr. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<number> {
  let code: number = exitCode.fine;
  let connection: FoundConnection | undefined;
  const isJson = args.includes('--json');
  const context: CommandContext = {
    ...surroundings,
    setExitCode: (value) => {
      code = value;
    },
    noteConnection: (value) => {
      connection = value;
    },
  };
  const program = createProgram(context, isJson ? () => {} : (text) => context.stderr.write(text));
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    const output = createOutput(surroundings, isJson);
    if (thrown instanceof CommanderError) {
      if (thrown.exitCode === 0) return exitCode.fine;
      // For people, Commander has printed the error already.
      if (isJson) output.failure({ code: 'usage', message: usageMessage(thrown) });
      return exitCode.usage;
    }
    if (thrown instanceof UsageError) {
      output.failure({ code: 'usage', message: thrown.message });
      return exitCode.usage;
    }
    output.failure(failureOf(thrown, connection));
    return exitCode.fault;
  }
}

function createProgram(context: CommandContext, tellError: (text: string) => void): Command {
  const program = new Command('gatewayctl')
    .description(
      'Administers a gateway, and looks after its settings, its database, its log and what is folded from it.',
    )
    .version(version(), '-V, --version', 'the version of gatewayctl and of the gateway it comes with')
    .configureHelp({ showGlobalOptions: true })
    .option('--json', 'answer in JSON, amounts as decimal text in nano-USD')
    .option(
      '--address <host:port,…>',
      'the gateway’s gRPC address, or those of its services (else GATEWAY_GRPC_ADDRESS, else those of the settings)',
    )
    .option(
      '--token <token>',
      'the admin token (else adminToken of the settings, else the data directory’s secrets.json)',
    )
    .option('--data-dir <dir>', 'the data directory of a gateway on this machine (else dataDir of the settings)')
    .addHelpText('afterAll', EXIT_CODES)
    .showHelpAfterError('Add --help for what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: tellError,
    });
  const audit = program.command('audit').description('check the log and what follows from it');
  addAuditVerify(audit, context);
  addAuditExplain(audit, context);
  addAuditBalance(audit, context);
  addAuditExport(audit, context);
  addApply(program, context);
  addSelftest(program, context);
  addReplay(program, context);
  addDeadLetters(program, context);
  addLog(program, context);
  addConfig(program, context);
  addMigrate(program, context);
  addDoctor(program, context);
  const noun = addAdminCommands(program, context);
  addModelsSupport(noun('models'), context);
  addPricesDiff(noun('prices'), context);
  addCompletion(program, context);
  return program;
}

/** A command that needs a sub-command prints its help, and its error has no message. */
function usageMessage({ code, message }: CommanderError): string {
  const isHelp = code === 'commander.help';
  return isHelp ? 'Name a command; --help lists them.' : message.replace(/^error: /, '');
}

const EXIT_CODES = `
Exit codes: ${exitCode.fine} fine, ${exitCode.fault} fault, ${exitCode.usage} wrong usage, ${exitCode.verificationFailed} verification failed, ${exitCode.stuck} something is stuck.`;

function failureOf(
  thrown: unknown,
  connection: FoundConnection | undefined,
): { readonly code: string; readonly message: string } {
  if (isSystemError(thrown)) return { code: 'internal_error', message: thrown.message };
  const fault = faultFrom(thrown);
  switch (fault.code) {
    case 'unavailable': {
      const how = 'Start the gateway with "npm start", or name another address with --address.';
      return { code: fault.code, message: `${fault.refusal.message} ${triedText(connection)}${how}` };
    }
    case 'invalid_admin_token': {
      const token = connection === undefined ? '' : `The token is that of ${connection.tokenFrom}. `;
      return { code: fault.code, message: `${fault.refusal.message} ${token}${triedText(connection)}See --token.` };
    }
    case 'internal_error': {
      const message = fault.cause instanceof Error ? fault.cause.message : fault.refusal.message;
      return { code: fault.code, message };
    }
    default:
      return { code: fault.code, message: fault.refusal.message };
  }
}

/** The address that was tried: another gateway may listen there. */
function triedText(connection: FoundConnection | undefined): string {
  if (connection === undefined) return '';
  return `Tried ${connection.addresses.join(', ')}, from ${connection.addressesFrom}. `;
}

/** A file that is not there, a disk that is full: the system's own words say it best. */
function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown;
}
