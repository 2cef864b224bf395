import type { Command } from 'commander';
import { catalogueModels } from '#catalogue/catalogue-models.ts';
import { listModels, type ModelSupport, supportOf } from '#registry/model-support.ts';
import { withAdministration } from '../administration.ts';
import { type CommandContext, outputOf } from '../command-context.ts';
import { exitCode } from '../exit-code.ts';
import { policyOf } from '../policy-of.ts';
import { table } from '../render/table.ts';

interface Options {
  readonly team?: string;
  readonly user?: string;
  readonly tag?: readonly string[];
}

/** `models support [NAME]`: what can be asked for, and where a name goes and why. */
export function addModelsSupport(models: Command, context: CommandContext): void {
  models
    .command('support')
    .description('Lists every model that can be asked for; of one name, says where its requests go and why.')
    .argument('[name]', 'a model as a client names it')
    .option('--user <id>', 'as this user asks, whom routes may know')
    .option('--team <id>', 'as this team asks')
    .option('--tag <tag…>', 'as a caller with these tags asks')
    .action(async (name: string | undefined, options: Options, command: Command) => {
      const output = outputOf(command, context);
      const policy = await withAdministration(command, context, (calls) =>
        policyOf(calls, ['provider', 'model', 'alias', 'route', 'price', 'settings']),
      );
      const readCatalogue = (catalogueId: string) => catalogueModels(catalogueId, Date.now());
      if (name === undefined) {
        const listed = listModels(policy, readCatalogue);
        const rows = listed.map(({ id, providers, priceKeys, contextTokens, end }) => [
          id,
          providers.join(', '),
          priceKeys.join(', '),
          contextTokens === 0 ? '' : String(contextTokens),
          end,
        ]);
        output.answer({
          json: listed,
          text: () => table([['MODEL', 'PROVIDERS', 'PRICES', 'CONTEXT', 'END'], ...rows]),
        });
        return;
      }
      const caller = { userId: options.user ?? '', keyId: '', teamId: options.team ?? '', tags: options.tag ?? [] };
      const support = supportOf(name, caller, policy, readCatalogue);
      output.answer({ json: support, text: () => supportText(support) });
      if (!support.isSupported) context.setExitCode(exitCode.fault);
    });
}

function supportText({ name, isSupported, candidates, notes }: ModelSupport): string {
  const first = isSupported ? `${name} goes to, in this order:` : `${name} can't be asked for.`;
  return [first, ...candidates.map((candidate) => `  ${candidate}`), ...notes.map((note) => `- ${note}`)].join('\n');
}
