import { readFileSync } from 'node:fs';
import { Argument, type Command, Option } from 'commander';
import { type AdminCommand, readsQuery, takesVersion } from '#admin-api/admin-command.ts';
import { commands, parametersOf } from '#admin-api/commands.ts';
import { messageDescription } from '#admin-api/descriptions.ts';
import { fieldOptionsOf, isWritten } from '#admin-api/field-options.ts';
import { giveCommand } from '#admin-api/give-command.ts';
import { fieldsBesidePath, type GivenCommand, queryParametersOf } from '#admin-api/read-request.ts';
import type { AdminCaller } from '#contracts/admin.ts';
import { type CommandContext, connectionOf, outputOf } from '../command-context.ts';
import { parseCount } from '../parse-option.ts';
import { withAdmin } from './admin-source.ts';
import { confirm } from './confirm.ts';
import { documentText } from './document-text.ts';
import { type FieldFlag, fieldFlags } from './field-flags.ts';

/** Other names of nouns and verbs. */
const ALIASES: Readonly<Record<string, string>> = { 'api-keys': 'keys', 'admin-tokens': 'tokens', set: 'add' };

/** Nouns of commands that are of no resource. */
const ABOUT: Readonly<Record<string, string>> = {
  balance: 'prepaid money of users, teams and organisations',
  credits: 'what was added to a balance',
  me: 'what is your own, as a key holder: keys, limits, use and balance',
};

/** The token says who asks. */
const byToken: AdminCaller = { actor: '', role: 'owner', address: '', requestId: '' };

/**
 * Adds every command of administration: `users create`, `limits set`, `balance change`, `whoami`. Gives a noun by its name, for
 * commands that are beside the description.
 */
export function addAdminCommands(program: Command, context: CommandContext): (noun: string) => Command {
  for (const command of commands) {
    const [noun = '', verb] = command.cli.split(' ');
    const parent = verb === undefined ? program : nounOf(program, noun, command);
    const added = parent.command(verb ?? noun);
    const alias = ALIASES[verb ?? ''];
    addCommand(alias === undefined ? added : added.alias(alias), command, context);
  }
  return (noun) => {
    const found = program.commands.find((each) => each.name() === noun);
    if (found === undefined) throw new Error(`there is no noun ${noun}`);
    return found;
  };
}

function nounOf(program: Command, noun: string, { kind }: AdminCommand): Command {
  const known = program.commands.find((each) => each.name() === noun);
  if (known !== undefined) return known;
  const described = kind === undefined ? ABOUT[noun] : messageDescription(kind.schema);
  const added = program.command(noun).description(described || `manage ${noun.replaceAll('-', ' ')}`);
  const alias = ALIASES[noun];
  return alias === undefined ? added : added.alias(alias);
}

function addCommand(cli: Command, command: AdminCommand, context: CommandContext): void {
  const flags = flagsOf(command);
  const parameters = parametersOf(command.path);
  cli.description(`${command.summary}.`).addHelpText('after', `\nFor: ${command.roles.join(', ')}.`);
  for (const name of parameters) cli.addArgument(argumentOf(command, name));
  for (const { option } of flags) cli.addOption(option);
  if (!command.isRead) cli.option('--idempotency-key <key>', 'the same key does it once, however often it is sent');
  if (takesVersion(command))
    cli.option('--if-version <version>', 'only if this is its version; 0: only if it is not there', parseCount);
  if (command.method === 'delete') cli.option('--yes', 'ask no question');
  cli.action(async (...given: unknown[]) => {
    const values = given.slice(0, parameters.length).map(String);
    const options = cli.opts<Record<string, unknown>>();
    const params = Object.fromEntries(parameters.map((name, index) => [name, values[index] ?? '']));
    if (command.method === 'delete' && options['yes'] !== true) {
      await confirm(`Delete ${command.kind?.options.title} ${params['id']}?`, context.stderr);
    }
    const written = documentOf(flags, options);
    const key = options['idempotencyKey'];
    const version = options['ifVersion'];
    const asked: GivenCommand = {
      params,
      query: readsQuery(command) ? (written as Record<string, string>) : {},
      body: readsQuery(command) ? {} : written,
      idempotencyKey: typeof key === 'string' ? key : '',
      expectedVersion: typeof version === 'number' ? BigInt(version) : undefined,
    };
    const connection = connectionOf(cli, context);
    const { document } = await withAdmin(connection, (admin) => giveCommand(admin, command, asked, byToken));
    outputOf(cli, context).answer({
      json: document ?? { deleted: true },
      text: () => (document === undefined ? 'Deleted.' : documentText(document)),
    });
  });
}

function argumentOf({ input, kind }: AdminCommand, name: string): Argument {
  const field = input.fields.find((each) => each.name === name);
  const argument = new Argument(
    `<${name}>`,
    kind === undefined ? `the ${name}` : `the ${name} of the ${kind.options.title}`,
  );
  const values = field === undefined ? [] : fieldOptionsOf(field).oneOf;
  return values.length > 0 ? argument.choices(values) : argument;
}

/** The options of a command: the fields of its body, or what a read is narrowed by. */
function flagsOf(command: AdminCommand): readonly FieldFlag[] {
  const { kind, method, isRead } = command;
  if (kind === undefined) return fieldFlags(fieldsBesidePath(command));
  if (isRead) return queryFlags(queryParametersOf(command));
  if (method === 'delete') return [];
  return fieldFlags(kind.schema.fields.filter((field) => isWritten(field) && field.name !== 'id'));
}

function queryFlags(names: readonly string[]): readonly FieldFlag[] {
  return names.map((name) => ({
    option: new Option(`--${name.replaceAll('_', '-')} <value>`, queryHelp(name)),
    path: [name],
    isFile: false,
  }));
}

function queryHelp(name: string): string {
  switch (name) {
    case 'limit':
      return 'at most so many';
    case 'after':
      return 'begin behind this id';
    case 'sort':
      return 'a field; with "-" before it: descending';
    default:
      return `only those of this ${name.replaceAll('_', ' ')}`;
  }
}

/** What was written on the command line as a document. A long text is read from its file. */
function documentOf(flags: readonly FieldFlag[], options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const document: Record<string, unknown> = {};
  for (const { option, path, isFile } of flags) {
    const value = options[option.attributeName()];
    if (value === undefined) continue;
    let place = document;
    for (const name of path.slice(0, -1)) place = below(place, name);
    place[path.at(-1) ?? ''] = isFile ? readFileSync(String(value), 'utf8') : value;
  }
  return document;
}

function below(place: Record<string, unknown>, name: string): Record<string, unknown> {
  const known = place[name];
  if (typeof known === 'object' && known !== null) return known as Record<string, unknown>;
  const added: Record<string, unknown> = {};
  place[name] = added;
  return added;
}
