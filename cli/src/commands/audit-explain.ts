import type { Command } from 'commander';
import { explainRequest } from '#audit/explain/explain-request.ts';
import { streams } from '#contracts/streams.ts';
import { Fault } from '#errors/fault.ts';
import { type CommandContext, outputOf, withLog } from '../command-context.ts';
import { explanationText } from '../render/explanation.ts';

/** `audit explain REQUEST_ID`: the whole story of a request. */
export function addAuditExplain(audit: Command, context: CommandContext): void {
  audit
    .command('explain')
    .description(
      'tell the whole story of a request: who, why admitted, what was used, how its amount comes about, its proof',
    )
    .argument('<request-id>', 'the x-request-id of the answer')
    .option('--from-file <file>', 'read an exported log instead of the running gateway’s')
    .action(async (requestId: string, options: { readonly fromFile?: string }, command: Command) => {
      const output = outputOf(command, context);
      const story = await withLog(command, context, options.fromFile, async (log) => {
        // The balance at the time takes the whole log; whether there is such a request does not.
        if (!(await log.mayHaveStream(streams.request(requestId)))) return undefined;
        return explainRequest(log.read(1), requestId);
      });
      if (story === undefined) throw unknownRequest(requestId);
      output.answer({ json: story, text: () => explanationText(story) });
    });
}

function unknownRequest(requestId: string): Fault {
  const message =
    `the log has no request ${requestId}: it was refused, which leaves no event, or the id is not right ` +
    '(it is the x-request-id header of the answer)';
  return new Fault({ code: 'not_found', message });
}
