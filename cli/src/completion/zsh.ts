import type { CommandTree, Word } from './command-tree.ts';

/** Completion for zsh: a file `_gatewayctl` in a folder of `$fpath`, or sourced after `compinit`. */
export function zshCompletion({ program, nodes, valueOptions }: CommandTree): string {
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const cases = nodes.map(
    ({ path, commands, options }) => `    ("${path}") choices=(${[...commands, ...options].map(choice).join(' ')}) ;;`,
  );
  return `#compdef ${program}
_${program}() {
  local command="" word index
  local -a choices
  for ((index = 2; index < CURRENT; index++)); do
    word="\${words[index]}"
    case "$word" in
      (${valueOptions.join('|')})
        if ((index + 1 == CURRENT)); then
          _files
          return
        fi
        ((index++))
        continue
        ;;
    esac
    case "$command $word" in
      (${known.join('|')}) command="$command $word" ;;
    esac
  done
  case "$command" in
${cases.join('\n')}
  esac
  _describe '${program}' choices || _files
}
compdef _${program} ${program}
`;
}

/** \`word:description\` in single quotes, where a colon of the word would begin the description. */
function choice({ text, description }: Word): string {
  const plain = description.replaceAll('\n', ' ').replaceAll("'", '’');
  return `'${text.replaceAll(':', '\\:')}:${plain}'`;
}
