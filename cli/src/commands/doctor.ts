import type { Command } from 'commander';
import { type CommandContext, outputOf } from '../command-context.ts';
import type { GlobalOptions } from '../connection.ts';
import type { Finding } from '../doctor/finding.ts';
import { exitCode } from '../exit-code.ts';
import { table } from '../render/table.ts';

/** `doctor`: everything that a gateway needs, looked at from where it will run. */
export function addDoctor(program: Command, context: CommandContext): void {
  program
    .command('doctor')
    .description(
      'look at the settings, disk, database, clocks, bus, Redis and providers, and say of each what to do; it changes nothing and needs no running gateway',
    )
    .addHelpText('after', '\nExits with 0 where nothing fails, warnings or not, and with 1 where something does.')
    .action(async (_options: unknown, command: Command) => {
      // Its drivers take a while to load, and hardly any other command needs them.
      const { diagnose } = await import('../doctor/diagnose.ts');
      const findings = await diagnose(context.environment, command.optsWithGlobals<GlobalOptions>().dataDir);
      const isWell = findings.every(({ status }) => status !== 'fail');
      outputOf(command, context).answer({ json: { isWell, findings }, text: () => findingsText(findings) });
      if (!isWell) context.setExitCode(exitCode.fault);
    });
}

function findingsText(findings: readonly Finding[]): string {
  const rows = findings.flatMap(({ status, part, message, advice }) => [
    [status, part, message],
    ...(advice === undefined ? [] : [['', '', `do: ${advice}`]]),
  ]);
  const count = (status: Finding['status']): number => findings.filter((each) => each.status === status).length;
  return [table(rows), `${count('ok')} ok, ${count('warn')} to look at, ${count('fail')} failed`].join('\n');
}
