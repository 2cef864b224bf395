import type { Command } from 'commander';
import { differencesFromCatalogue } from '#prices-import/prices-in-force.ts';
import { withAdministration } from '../administration.ts';
import { type CommandContext, outputOf } from '../command-context.ts';
import { policyOf } from '../policy-of.ts';
import { table } from '../render/table.ts';

/** `prices diff`: where prices of one's own differ from the catalogue's. */
export function addPricesDiff(prices: Command, context: CommandContext): void {
  prices
    .command('diff')
    .description('Shows where the prices that were set differ from those of the catalogue, in USD per million.')
    .action(async (_options: unknown, command: Command) => {
      const policy = await withAdministration(command, context, (calls) => policyOf(calls, ['price']));
      const differences = differencesFromCatalogue(policy, Date.now());
      const rows = differences.map((each) => [
        each.priceId,
        each.unit,
        each.beforeUsdPerMillion || 'none',
        each.afterUsdPerMillion || 'none',
      ]);
      outputOf(command, context).answer({
        json: differences,
        text: () =>
          rows.length === 0 ? 'No price differs.' : table([['PRICE', 'UNIT', 'CATALOGUE', 'HERE'], ...rows]),
      });
    });
}
