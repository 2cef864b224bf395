import { Command, CommanderError } from 'commander';
import { faultFrom } from '#errors/fault.ts';
import type { CommandContext } from './command-context.ts';
import { addApply } from './commands/apply.ts';
import { addAuditBalance } from './commands/audit-balance.ts';
import { addAuditExplain } from './commands/audit-explain.ts';
import { addAuditExport } from './commands/audit-export.ts';
import { addAuditVerify } from './commands/audit-verify.ts';
import { addDeadLetters } from './commands/dead-letters.ts';
import { addLog } from './commands/log.ts';
import { addReplay } from './commands/replay.ts';
import { addSelftest } from './commands/selftest.ts';
import { DEFAULT_ADDRESS, type GlobalOptions } from './connection.ts';
import { exitCode, UsageError } from './exit-code.ts';
import { createOutput } from './output.ts';

export type CliSurroundings = Omit<CommandContext, 'setExitCode'>;

/** Runs one command line to its end; the exit code to end with. Every failure is told on stderr. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings): Promise<number> {
  let code: number = exitCode.fine;
  const program = createProgram({
    ...surroundings,
    setExitCode: (value) => {
      code = value;
    },
  });
  try {
    await program.parseAsync(args, { from: 'user' });
    return code;
  } catch (thrown) {
    // Commander has told it already, or it was the help that was asked for.
    if (thrown instanceof CommanderError) return thrown.exitCode === 0 ? exitCode.fine : exitCode.usage;
    const { json } = program.opts<GlobalOptions>();
    const output = createOutput(surroundings, json === true || args.includes('--json'));
    if (thrown instanceof UsageError) {
      output.failure({ code: 'usage', message: thrown.message });
      return exitCode.usage;
    }
    output.failure(failureOf(thrown));
    return exitCode.fault;
  }
}

function createProgram(context: CommandContext): Command {
  const program = new Command('gatewayctl')
    .description('Looks into a running gateway: audits its log and rebuilds what is folded from it.')
    .option('--json', 'answer in JSON, amounts as decimal text in nano-USD')
    .option(
      '--address <host:port,…>',
      `the gateway's gRPC address, or those of its services (else GATEWAY_GRPC_ADDRESS, else ${DEFAULT_ADDRESS})`,
    )
    .option('--token <token>', 'the admin token (else GATEWAY_ADMIN_TOKEN, else the data directory’s secrets.json)')
    .option('--data-dir <dir>', 'the data directory of a gateway on this machine (else GATEWAY_DATA_DIR, else ./data)')
    .addHelpText('after', EXIT_CODES)
    .showHelpAfterError('Add --help for what there is.')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.stdout.write(text),
      writeErr: (text) => context.stderr.write(text),
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
  return program;
}

const EXIT_CODES = `
Exit codes: ${exitCode.fine} fine, ${exitCode.fault} fault, ${exitCode.usage} wrong usage, ${exitCode.verificationFailed} verification failed, ${exitCode.stuck} something is stuck.`;

function failureOf(thrown: unknown): { readonly code: string; readonly message: string } {
  if (isSystemError(thrown)) return { code: 'internal_error', message: thrown.message };
  const fault = faultFrom(thrown);
  switch (fault.code) {
    case 'unavailable': {
      const how = 'Start the gateway with "npm start", or name another address with --address.';
      return { code: fault.code, message: `${fault.refusal.message} ${how}` };
    }
    case 'invalid_admin_token':
      return { code: fault.code, message: `${fault.refusal.message} See --token and --data-dir.` };
    case 'internal_error': {
      const message = fault.cause instanceof Error ? fault.cause.message : fault.refusal.message;
      return { code: fault.code, message };
    }
    default:
      return { code: fault.code, message: fault.refusal.message };
  }
}

/** A file that is not there, a disk that is full: the system's own words say it best. */
function isSystemError(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'syscall' in thrown;
}
