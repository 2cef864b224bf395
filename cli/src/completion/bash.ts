import type { CommandTree } from './command-tree.ts';

/** Completion for bash: `source <(gatewayctl completion bash)`. */
export function bashCompletion({ program, nodes, valueOptions }: CommandTree): string {
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => `"${path}"`);
  const cases = nodes.map(({ path, commands, options }) => {
    const words = [...commands, ...options].map(({ text }) => text).join(' ');
    return `    "${path}") words="${words}" ;;`;
  });
  return `# bash completion for ${program}; source it, or put it into the folder of your completions.
_${program}() {
  local current="\${COMP_WORDS[COMP_CWORD]}" command="" words="" word index
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "$word" in
      ${valueOptions.join(' | ')})
        # Its value comes next: a file, or something only its writer knows.
        ((index + 1 == COMP_CWORD)) && return
        ((index++))
        continue
        ;;
    esac
    case "$command $word" in
      ${known.join(' | ')}) command="$command $word" ;;
    esac
  done
  case "$command" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _${program} ${program}
`;
}
