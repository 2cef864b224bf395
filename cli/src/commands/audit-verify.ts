import type { Command } from 'commander';
import type { Anchor } from '#audit/invariants/hash-chain.ts';
import { logInvariants } from '#audit/invariants.ts';
import { verifyLog } from '#audit/verify-log.ts';
import { type CommandContext, outputOf, withLog } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { parseAnchor, parsePositive } from '../parse-option.ts';
import { verifyReportJson, verifyReportText } from '../render/verify-report.ts';

/** The first violations of an invariant show what is wrong; thousands of them show no more. */
const VIOLATIONS_SHOWN = 5;

interface Options {
  readonly fromFile?: string;
  readonly anchor: readonly Anchor[];
  readonly violations: number;
}

/** `audit verify`: reads the whole log and holds it against every invariant that a log alone can show. */
export function addAuditVerify(audit: Command, context: CommandContext): void {
  audit
    .command('verify')
    .description('read the whole log, recompute its hash chain and every charge, and check its invariants')
    .option('--from-file <file>', 'check an exported log instead of the running gateway’s')
    .option(
      '--anchor <position:hash>',
      'a chain hash noted down earlier that must still stand; repeatable',
      parseAnchor,
      [],
    )
    .option('--violations <count>', 'how many violations of each invariant to show', parsePositive, VIOLATIONS_SHOWN)
    .addHelpText('after', '\nExits with 0 where the log is sound, with 3 where it is not.')
    .action(async (options: Options, command: Command) => {
      const output = outputOf(command, context);
      const report = await withLog(command, context, options.fromFile, async (log) => {
        const head = await log.head();
        const total = head === undefined ? '' : ` of ${head.position}`;
        return verifyLog({
          batches: log.read(1, head?.position),
          invariants: logInvariants(options.anchor),
          head,
          nowMs: head === undefined ? undefined : Date.now(),
          violationsKeptMax: options.violations,
          onProgress: (events) => output.progress(`checked ${events}${total} events`),
        });
      });
      output.answer({ json: verifyReportJson(report), text: () => verifyReportText(report) });
      if (!report.isVerified) context.setExitCode(exitCode.verificationFailed);
    });
}
