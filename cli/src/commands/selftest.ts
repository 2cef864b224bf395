import type { Command } from 'commander';
import { loadConfig } from '#config/load-config.ts';
import { newId } from '#kernel/ids.ts';
import { formatUsd } from '#money/nano-usd.ts';
import { withAdministration } from '../administration.ts';
import { type CommandContext, connectionOf, outputOf } from '../command-context.ts';
import { confirmAtTerminal } from '../confirm-at-terminal.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { createLogReader } from '../selftest/log-reader.ts';
import { runSelftest, type SelftestReport } from '../selftest/run-selftest.ts';
import type { StepResult } from '../selftest/steps.ts';

interface Options {
  readonly model?: string;
  readonly url?: string;
  readonly keep?: boolean;
  readonly yes?: boolean;
}

/** `selftest`: tries a running gateway from end to end. */
export function addSelftest(program: Command, context: CommandContext): void {
  program
    .command('selftest')
    .description(
      'try a running gateway from end to end: user, key, limit, requests, refusals and the bill, then clean up',
    )
    .option('--model <model>', 'the model to ask (else the cheapest that has a price)')
    .option('--url <url>', 'the gateway’s HTTP address (else host and port of the settings)')
    .option('--keep', 'leave what it made where it is')
    .option('--yes', 'do not ask before a real provider is paid')
    .addHelpText('after', HELP)
    .action(async (options: Options, command: Command) => {
      const output = outputOf(command, context);
      const url = urlOf(options.url, context.environment);
      const report = await withAdministration(command, context, async (admin) => {
        const log = createLogReader(connectionOf(command, context));
        const interrupt = interruptible();
        try {
          return await runSelftest({
            admin,
            log,
            url,
            model: options.model,
            isKept: options.keep === true,
            runId: `selftest-${newId()}`,
            signal: interrupt.signal,
            agree: async (question) => {
              if (options.yes !== true) await confirmAtTerminal(question, context.stderr);
            },
            onResult: (result) => void output.item({ json: result, text: () => resultText(result) }),
          });
        } finally {
          interrupt.stop();
          log.close();
        }
      });
      output.item({ json: reportJson(report), text: () => reportText(report) });
      if (!report.isOk) context.setExitCode(exitCode.fault);
    });
}

const HELP = `
One line a step. Asks for a word or two three times; with the simulator that costs nothing. A real provider is paid a
fraction of a cent, after a question. Ctrl-C cleans up as well; a second one ends it at once.

Exits with 0 where every step went well, with 1 where one did not.`;

/** The first Ctrl-C ends the steps, so that the clean-up begins. The second one ends the program, as it would without this. */
function interruptible(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  process.once('SIGINT', abort).once('SIGTERM', abort);
  return {
    signal: controller.signal,
    stop: () => void process.off('SIGINT', abort).off('SIGTERM', abort),
  };
}

function urlOf(given: string | undefined, environment: NodeJS.ProcessEnv): string {
  if (given !== undefined) {
    if (/^https?:\/\//.test(given) && URL.canParse(given)) return given;
    throw new UsageError(`not a URL: ${given}; write http://host:port`);
  }
  const { host, port } = loadConfig(environment);
  if (port === 0) throw new UsageError('port is 0, so the gateway took any free port: name it with --url');
  return `http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${port}`;
}

/** As long as the longest step's name. */
const STEP_CHARS = 33;

function resultText({ step, outcome, message, hint }: StepResult): string {
  const line = `${outcome.padEnd(6)}  ${step.padEnd(STEP_CHARS)}  ${message}`;
  return hint === '' ? line : `${line}\n        ${hint}`;
}

function reportText({ isOk, isInterrupted, chargedNanoUsd, left }: SelftestReport): string {
  const failed = isInterrupted ? 'The self-test was interrupted.' : 'THE SELF-TEST FAILED.';
  const cost = `It was charged ${formatUsd(chargedNanoUsd)} USD.`;
  const rest = left.length === 0 ? '' : ` Left there: ${left.join(', ')}.`;
  return `${isOk ? 'The gateway works.' : failed} ${cost}${rest}`;
}

function reportJson({ isOk, isInterrupted, model, chargedNanoUsd, left }: SelftestReport): unknown {
  return { is_ok: isOk, is_interrupted: isInterrupted, model, charged_nano_usd: chargedNanoUsd, left };
}
