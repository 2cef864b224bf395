import { setTimeout as pause } from 'node:timers/promises';
import type { Command } from 'commander';
import type { StoredEvent } from '#journal/stored-event.ts';
import { type CommandContext, outputOf, withLog } from '../command-context.ts';
import type { LogSource } from '../log-source.ts';
import type { Output } from '../output.ts';
import { parsePositive } from '../parse-option.ts';
import { time } from '../render/amounts.ts';

const READ_LIMIT = 100;
const TAIL_EVENTS = 10;
/** Soon enough for someone who watches, and nothing to the gateway. */
const FOLLOW_INTERVAL_MS = 500;

/** `log read`, `log tail`. */
export function addLog(program: Command, context: CommandContext): void {
  const log = program.command('log').description('look into the log');
  log
    .command('read')
    .description('show events from a position')
    .option('--from <position>', 'the first position', parsePositive, 1)
    .option('--limit <count>', 'how many events at most', parsePositive, READ_LIMIT)
    .option('--from-file <file>', 'read an exported log instead of the running gateway’s')
    .action(
      async (
        options: { readonly from: number; readonly limit: number; readonly fromFile?: string },
        command: Command,
      ) => {
        const output = outputOf(command, context);
        await withLog(command, context, options.fromFile, (source) =>
          show(source, output, options.from, options.from + options.limit - 1),
        );
      },
    );
  log
    .command('tail')
    .description('show the last events, and go on as they come')
    .option('-n, --events <count>', 'how many events to begin with', parsePositive, TAIL_EVENTS)
    .option('-f, --follow', 'wait for more until interrupted')
    .action(async (options: { readonly events: number; readonly follow?: boolean }, command: Command) => {
      const output = outputOf(command, context);
      await withLog(command, context, undefined, async (source) => {
        const head = (await source.head())?.position ?? 0;
        let next = await show(source, output, Math.max(1, head - options.events + 1), head);
        while (options.follow === true) {
          await pause(FOLLOW_INTERVAL_MS);
          next = await show(source, output, next);
        }
      });
    });
}

/** Shows events up to a position, or the end; the position after the last one shown. */
async function show(source: LogSource, output: Output, from: number, to?: number): Promise<number> {
  let next = from;
  if (to !== undefined && to < from) return next;
  for await (const batch of source.read(from, to)) {
    for (const event of batch) await output.item({ json: eventJson(event), text: () => eventText(event) });
    next = (batch.at(-1)?.position ?? next - 1) + 1;
  }
  return next;
}

function eventJson(event: StoredEvent): unknown {
  return { ...event, chain: event.chain.toString('hex') };
}

function eventText({ position, recordedAtMs, type, stream, version, body }: StoredEvent): string {
  return `${position}  ${time(recordedAtMs)}  ${type}  ${stream}@${version}  ${body}`;
}
