import type { MessageShape } from '@bufbuild/protobuf';
import type { Command } from 'commander';
import type { ReplayResultSchema } from '#contracts/gen/gateway/projections/v1/projections_pb.js';
import { type CommandContext, connectionOf, outputOf } from '../command-context.ts';
import { exitCode, UsageError } from '../exit-code.ts';
import { listProjections, replay } from '../projections-source.ts';
import { table } from '../render/table.ts';

type ReplayResult = MessageShape<typeof ReplayResultSchema>;

/** `replay PROJECTION`, `replay --all`, `projections`. */
export function addReplay(program: Command, context: CommandContext): void {
  program
    .command('replay')
    .description('rebuild a projection from the log beside the live one and compare the two')
    .argument('[projection]', 'a name that "gatewayctl projections" shows')
    .option('--all', 'every projection')
    .addHelpText('after', '\nExits with 0 where all are equal, with 3 where one is not.')
    .action(async (projection: string | undefined, options: { readonly all?: boolean }, command: Command) => {
      if ((projection === undefined) === (options.all !== true)) throw new UsageError('name one projection, or --all');
      const output = outputOf(command, context);
      const results = await replay(connectionOf(command, context), projection ?? '');
      output.answer({ json: { results: results.map(replayJson) }, text: () => replayText(results) });
      if (results.some((result) => !result.equal)) context.setExitCode(exitCode.verificationFailed);
    });
  program
    .command('projections')
    .description('list what can be rebuilt from the log')
    .action(async (_options: unknown, command: Command) => {
      const output = outputOf(command, context);
      const projections = [...(await listProjections(connectionOf(command, context))).keys()];
      output.answer({ json: { projections }, text: () => projections.join('\n') });
    });
}

function replayJson({ projection, events, rows, equal, differences, durationMs }: ReplayResult) {
  return { projection, events: Number(events), rows: Number(rows), isEqual: equal, differences, durationMs };
}

function replayText(results: readonly ReplayResult[]): string {
  const rows = results.map(({ projection, events, rows, equal, durationMs }) => [
    projection,
    `${events} events`,
    `${rows} rows`,
    `${durationMs} ms`,
    equal ? 'equal to the live one' : 'DIFFERENT FROM THE LIVE ONE',
  ]);
  const differences = results.flatMap(({ projection, differences }) =>
    differences.map((difference) => `${projection}: ${difference}`),
  );
  return [table(rows), ...differences].join('\n');
}
