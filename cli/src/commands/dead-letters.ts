import type { Command } from 'commander';
import type { Selection } from '#dead-letters/dead-letter-source.ts';
import { Fault } from '#errors/fault.ts';
import { type CommandContext, connectionOf, outputOf } from '../command-context.ts';
import { listDeadLetters, type RetryReport, retryDeadLetters } from '../dead-letters-source.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { parsePositive } from '../parse-option.ts';
import { deadLetterJson, deadLetterListText, retryText } from '../render/dead-letters.ts';

/** A screen or two of them; whoever has more has one cause, and sees it in the first. */
const LIST_DEFAULT = 1_000;

interface ListOptions {
  readonly consumer?: string;
  readonly limit: number;
}

interface RetryOptions {
  readonly consumer?: string;
  readonly request?: string;
  readonly position?: number;
}

/** `dead-letters list`, `dead-letters retry`. */
export function addDeadLetters(program: Command, context: CommandContext): void {
  const deadLetters = program
    .command('dead-letters')
    .description('what consumers of the log gave up on for now, and the way back');
  deadLetters
    .command('list')
    .description('list what is stuck: where, why, since when and how often it was tried')
    .option('--consumer <consumer>', 'of one consumer only')
    .option('--limit <count>', 'at most so many', parsePositive, LIST_DEFAULT)
    .addHelpText('after', STUCK_EXIT)
    .action(async ({ consumer = '', limit }: ListOptions, command: Command) => {
      const output = outputOf(command, context);
      const list = await listDeadLetters(connectionOf(command, context), { consumer, limit });
      const json = { ...list, deadLetters: list.deadLetters.map(deadLetterJson) };
      output.answer({ json, text: () => deadLetterListText(list) });
      if (list.deadLetters.length > 0) context.setExitCode(exitCode.stuck);
    });
  deadLetters
    .command('retry')
    .description('try what is stuck again now, and say what came of it; nothing is done twice')
    .option('--consumer <consumer>', 'of one consumer only')
    .option('--request <id>', 'of one request (x-request-id) only')
    .option('--position <position>', 'of one event only', parsePositive)
    .addHelpText('after', STUCK_EXIT)
    .action(async (options: RetryOptions, command: Command) => {
      const selection = selectionOf(options);
      const output = outputOf(command, context);
      const report = await retryDeadLetters(connectionOf(command, context), options.consumer ?? '', selection);
      assertFound(report, options);
      const letters = { succeeded: report.succeeded.map(deadLetterJson), stuck: report.stuck.map(deadLetterJson) };
      output.answer({ json: { ...report, ...letters }, text: () => retryText(report) });
      if (report.stuckCount > 0) context.setExitCode(exitCode.stuck);
    });
}

const STUCK_EXIT = '\nExits with 0 where nothing is stuck, with 4 where something is.';

function selectionOf({ request, position }: RetryOptions): Selection {
  if (request !== undefined && position !== undefined) throw new UsageError('give --request or --position');
  if (request !== undefined) return { kind: 'request', requestId: request };
  return position === undefined ? { kind: 'all' } : { kind: 'position', position };
}

function assertFound({ succeededCount, stuckCount }: RetryReport, { request, position }: RetryOptions): void {
  const what = request === undefined ? `position ${position}` : `request ${request}`;
  if (succeededCount + stuckCount > 0 || (request === undefined && position === undefined)) return;
  const message = `No dead letter is of ${what}: it was never stuck, or it has its outcome (gatewayctl audit explain).`;
  throw new Fault({ code: 'not_found', message });
}
