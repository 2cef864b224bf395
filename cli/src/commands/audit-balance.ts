import { type Command, Option } from 'commander';
import { payerText } from '#audit/account-sums.ts';
import { type BalanceAt, balanceAt, type Until } from '#audit/balance-at.ts';
import type { Payer } from '#contracts/admin-needs.ts';
import { Fault } from '#errors/fault.ts';
import { type CommandContext, outputOf, withLog } from '../command-context.ts';
import { parseUntil } from '../parse-option.ts';
import { time, usd } from '../render/amounts.ts';
import { table } from '../render/table.ts';

const payerKinds: readonly Payer['kind'][] = ['user', 'team', 'organisation'];

interface Options {
  readonly of: Payer['kind'];
  readonly at?: Until;
  readonly fromFile?: string;
}

/** `audit balance ID --of team --at TIME|POSITION`: the money of a user, team or organisation at any moment of the past. */
export function addAuditBalance(audit: Command, context: CommandContext): void {
  audit
    .command('balance')
    .description('work out the balance of a user, team or organisation from the log, now or at any moment of the past')
    .argument('<id>', 'whose balance')
    .addOption(new Option('--of <kind>', 'what the id is of').choices(payerKinds).default('user'))
    .option(
      '--at <time|position>',
      'the last event to count: a position, or a time such as 2026-01-31T12:00:00Z',
      parseUntil,
    )
    .option('--from-file <file>', 'read an exported log instead of the running gateway’s')
    .action(async (id: string, options: Options, command: Command) => {
      const output = outputOf(command, context);
      const payer: Payer = { kind: options.of, id };
      const until = options.at ?? { kind: 'head' };
      const balance = await withLog(command, context, options.fromFile, async (log) => {
        const result = await balanceAt(log.read(1), payer, until);
        if (result !== undefined && until.kind === 'position' && result.position < until.position) {
          throw new Fault({ code: 'not_found', message: `the log ends at position ${result.position}` });
        }
        return result;
      });
      if (balance === undefined) {
        const by = until.kind === 'head' ? '' : ' by then';
        throw new Fault({ code: 'not_found', message: `the log has no ${payerText(payer)}${by}` });
      }
      output.answer({ json: balance, text: () => balanceText(balance) });
    });
}

function balanceText(balance: BalanceAt): string {
  return [
    `The ${payerText(balance.payer)} after position ${balance.position}, recorded ${time(balance.recordedAtMs)}`,
    table([
      ['  credited', usd(balance.creditedNanoUsd)],
      ['  charged', usd(balance.chargedNanoUsd)],
      ['  held', `${usd(balance.heldNanoUsd)} for ${balance.openHolds} running request(s)`],
      ['  available', `${usd(balance.availableNanoUsd)} = credited - charged - held`],
    ]),
  ].join('\n');
}
