import type { CommandTree, Word } from './command-tree.ts';

/** Completion for fish: `gatewayctl completion fish > ~/.config/fish/completions/gatewayctl.fish`. */
export function fishCompletion({ program, nodes, valueOptions }: CommandTree): string {
  const known = nodes.filter(({ path }) => path !== '').map(({ path }) => quoted(path));
  const lines = nodes.flatMap(({ path, commands, options }) => {
    const condition = `-n "test (__${program}_command) = '${path}'"`;
    return [
      ...commands.map(
        ({ text, description }) => `complete -c ${program} -f ${condition} -a ${text} -d ${quoted(description)}`,
      ),
      ...options.map((option) => `complete -c ${program} ${condition} ${optionOf(option, valueOptions)}`),
    ];
  });
  return `# fish completion for ${program}.
function __${program}_command --description 'the words of the command so far, a blank before each'
    set -l command ''
    set -l is_value 0
    for word in (commandline -opc)[2..-1]
        if test $is_value = 1
            set is_value 0
            continue
        end
        switch $word
            case ${valueOptions.join(' ')}
                set is_value 1
                continue
        end
        if contains -- "$command $word" ${known.join(' ')}
            set command "$command $word"
        end
    end
    echo "$command"
end
${lines.join('\n')}
`;
}

function optionOf({ text, description }: Word, valueOptions: readonly string[]): string {
  const value = valueOptions.includes(text) ? ' -r' : ' -f';
  return `-l ${text.slice('--'.length)}${value} -d ${quoted(description)}`;
}

/** In single quotes only a quote and a backslash mean something. */
function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', ' ')}'`;
}
