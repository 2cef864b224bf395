import type { Argument, Command, Option } from 'commander';

/** A word that may follow, and what it is for. */
export interface Word {
  readonly text: string;
  readonly description: string;
}

/** What may follow a command: `path` is its words, one blank before each; empty for the program itself. */
export interface CommandNode {
  readonly path: string;
  /** Commands below it, and the values it takes where these are few. */
  readonly commands: readonly Word[];
  readonly options: readonly Word[];
}

export interface CommandTree {
  readonly program: string;
  readonly nodes: readonly CommandNode[];
  /** The options whose next word is their value. */
  readonly valueOptions: readonly string[];
}

/** The whole command line as the program itself describes it, so that completion never lags behind. */
export function commandTree(program: Command): CommandTree {
  const nodes: CommandNode[] = [];
  const valueOptions = new Set<string>();
  const visit = (command: Command, path: string, inherited: readonly Option[]): void => {
    const options = [...command.options, ...inherited];
    for (const option of options)
      if (option.required || option.optional) for (const flag of flagsOf(option)) valueOptions.add(flag);
    nodes.push({
      path,
      commands: [...command.commands.map(wordOf), ...command.registeredArguments.flatMap(choicesOf)],
      options: [...options.flatMap(wordsOf), { text: '--help', description: 'display help for command' }],
    });
    for (const each of command.commands) visit(each, `${path} ${each.name()}`, options);
  };
  visit(program, '', []);
  return { program: program.name(), nodes, valueOptions: [...valueOptions] };
}

function wordOf(command: Command): Word {
  return { text: command.name(), description: command.description() };
}

function choicesOf({ argChoices = [], description }: Argument): Word[] {
  return argChoices.map((text) => ({ text, description }));
}

function flagsOf({ short, long }: Option): string[] {
  return [short, long].filter((flag) => flag !== undefined);
}

/** The long form says what it does; the short one is for those who know it. */
function wordsOf({ long, description }: Option): Word[] {
  return long === undefined ? [] : [{ text: long, description }];
}
