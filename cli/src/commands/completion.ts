import { Argument, type Command } from 'commander';
import { type CommandContext, outputOf } from '../command-context.ts';
import { bashCompletion } from '../completion/bash.ts';
import { type CommandTree, commandTree } from '../completion/command-tree.ts';
import { fishCompletion } from '../completion/fish.ts';
import { zshCompletion } from '../completion/zsh.ts';

const shells: Readonly<Record<string, (tree: CommandTree) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
};

/** `completion SHELL`: a script by which a shell completes commands and options. */
export function addCompletion(program: Command, context: CommandContext): void {
  program
    .command('completion')
    .description('print a script by which a shell completes gatewayctl’s commands and options')
    .addArgument(new Argument('<shell>', 'the shell that is to complete').choices(Object.keys(shells)))
    .addHelpText('after', '\nFor bash: source <(gatewayctl completion bash)')
    .action((shell: string, _options: unknown, command: Command) => {
      const script = shells[shell]?.(commandTree(program)) ?? '';
      outputOf(command, context).answer({ json: { shell, script }, text: () => script.trimEnd() });
    });
}
