import { parseArgs } from 'node:util';
import { isVariable } from '#config/variables.ts';

/** A wrong command line. The message is one line and points to `--help`. */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';

  constructor(what: string) {
    super(`${what}. Add --help for what there is.`);
  }
}

export interface Arguments {
  readonly flags: ReadonlySet<string>;
  readonly words: readonly string[];
}

/** Reads a command line; the process' own by default. Throws an `ArgumentError` for an unknown flag or word. */
export function readArguments(
  args: readonly string[] | undefined,
  known: { readonly flags: readonly string[]; readonly words: readonly string[] },
): Arguments {
  const { tokens } = parseArgs({
    ...(args === undefined ? {} : { args: [...args] }),
    strict: false,
    tokens: true,
    allowPositionals: true,
  });
  const flags = new Set<string>();
  const words: string[] = [];
  for (const token of tokens) {
    if (token.kind === 'option') flags.add(flagOf(token, known.flags));
    if (token.kind !== 'positional') continue;
    if (!known.words.includes(token.value)) throw new ArgumentError(`Unknown argument "${token.value}"`);
    words.push(token.value);
  }
  return { flags, words };
}

function flagOf(
  { name, rawName, value }: { readonly name: string; readonly rawName: string; readonly value: string | undefined },
  known: readonly string[],
): string {
  const flag = name === 'h' ? 'help' : name;
  if (!known.includes(flag)) throw new ArgumentError(`Unknown option ${rawName}${settingHint(name)}`);
  if (value !== undefined) throw new ArgumentError(`${rawName} takes no value`);
  return flag;
}

/** Names the setting, since other programs have options such as `--port`. */
function settingHint(name: string): string {
  const variable = `GATEWAY_${name.toUpperCase().replaceAll('-', '_')}`;
  return isVariable(variable) ? `; it is a setting: ${variable}` : '';
}
