import { existsSync } from 'node:fs';
import { type FileHandle, open, rename } from 'node:fs/promises';
import type { Command } from 'commander';
import type { StoredEvent } from '#journal/stored-event.ts';
import { type CommandContext, outputOf, withLog } from '../command-context.ts';
import { UsageError } from '../exit-code.ts';
import { logFileLine } from '../log-file.ts';

/** `audit export FILE`: the log as JSON lines, to be kept elsewhere and checked with `audit verify --from-file`. */
export function addAuditExport(audit: Command, context: CommandContext): void {
  audit
    .command('export')
    .description('write the whole log to a file that "audit verify --from-file" checks without the gateway')
    .argument('<file>', 'JSON lines, one event each')
    .option('--force', 'replace the file where it exists')
    .action(async (file: string, options: { readonly force?: boolean }, command: Command) => {
      const output = outputOf(command, context);
      if (existsSync(file) && options.force !== true) throw new UsageError(`${file} exists; add --force to replace it`);
      const { events, last } = await withLog(command, context, undefined, (log) =>
        writeWhole(file, log.read(1), (count) => output.progress(`${count} events written`)),
      );
      const position = last?.position ?? 0;
      const chain = last?.chain.toString('hex') ?? '';
      const anchor = last === undefined ? '' : `; note down the anchor ${position}:${chain}`;
      output.answer({
        json: { file, events, lastPosition: position, lastChain: chain },
        text: () => `${events} events up to position ${position} written to ${file}${anchor}`,
      });
    });
}

interface Written {
  readonly events: number;
  readonly last: StoredEvent | undefined;
}

/** Under a name of its own until it is whole and on disk: a broken export must not look like a short log. */
async function writeWhole(
  file: string,
  batches: AsyncIterable<readonly StoredEvent[]>,
  onProgress: (events: number) => void,
): Promise<Written> {
  const partial = `${file}.partial`;
  const handle = await open(partial, 'w');
  let written: Written;
  try {
    written = await writeBatches(handle, batches, onProgress);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(partial, file);
  return written;
}

async function writeBatches(
  handle: FileHandle,
  batches: AsyncIterable<readonly StoredEvent[]>,
  onProgress: (events: number) => void,
): Promise<Written> {
  let events = 0;
  let last: StoredEvent | undefined;
  for await (const batch of batches) {
    await handle.write(batch.map((event) => `${logFileLine(event)}\n`).join(''));
    events += batch.length;
    last = batch.at(-1) ?? last;
    onProgress(events);
  }
  return { events, last };
}
