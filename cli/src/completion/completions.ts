import { flatten } from './commandTree.ts';
import type { CommandNode } from './commandTree.ts';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;

export type Shell = (typeof SHELLS)[number];

/** The script that makes a shell complete `novate`, generated from its commands. */
export function completionScript(shell: Shell, root: CommandNode): string {
  switch (shell) {
    case 'bash':
      return bash(root);
    case 'zsh':
      // zsh understands bash's completions once it is asked to, and once its own are loaded
      return `(( $+functions[compdef] )) || { autoload -Uz compinit && compinit -i; }
autoload -Uz +X bashcompinit && bashcompinit\n${bash(root)}`;
    case 'fish':
      return fish(root);
  }
}

/** The words so far select a case; what may follow is a list. */
function bash(root: CommandNode): string {
  const nodes = flatten(root);
  const cases = nodes.map((node) => {
    const words = [...node.commands.map(nameOf), ...node.options.flatMap(({ names }) => names)];
    return `    '${node.path.join(' ')}') words='${words.join(' ')}' ;;`;
  });
  const known = nodes.filter(({ path }) => path.length > 0).map(({ path }) => `'${path.join(' ')}'`);
  const files = [...new Set(valued(nodes).flatMap(({ names, isFile }) => (isFile ? names : [])))];
  const values = [...new Set(valued(nodes).flatMap(({ names, isFile }) => (isFile ? [] : names)))];
  return `# Completion of novate. Load it with: source <(novate completion bash)
_novate() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} path='' words='' i candidate
  COMPREPLY=()
  case "$previous" in
    ${files.join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${values.join('|')}) return ;;
  esac
  for ((i = 1; i < COMP_CWORD; i++)); do
    candidate="\${path:+$path }\${COMP_WORDS[i]}"
    case "$candidate" in
      ${known.join('|')}) path=$candidate ;;
    esac
  done
  case "$path" in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -F _novate novate
`;
}

function fish(root: CommandNode): string {
  const lines = flatten(root).flatMap((node) => {
    const condition = `-n '__novate_at ${quoteWords(node.path)}'`;
    return [
      ...node.commands.map(
        (one) => `complete -c novate ${condition} -f -a '${nameOf(one)}' -d '${escape(one.description)}'`,
      ),
      ...node.options.map(({ names, description, takesValue, isFile }) => {
        const flags = names.map((name) =>
          name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
        );
        const value = isFile ? ' -r -F' : takesValue ? ' -x' : '';
        return `complete -c novate ${condition} ${flags.join(' ')}${value} -d '${escape(description)}'`;
      }),
    ];
  });
  const groups = flatten(root)
    .filter(({ path }) => path.length > 0)
    .map(({ path }) => `'${path.join(' ')}'`);
  return `# Completion of novate. Load it with: novate completion fish | source
function __novate_path
  set -l known ${groups.join(' ')}
  set -l path ''
  for word in (commandline -opc)[2..]
    set -l candidate (string trim "$path $word")
    contains -- $candidate $known; and set path $candidate
  end
  echo $path
end
function __novate_at
  test (__novate_path) = "$argv"
end
complete -c novate -f
${lines.join('\n')}
`;
}

const nameOf = ({ path }: CommandNode): string => path.at(-1) ?? '';
const valued = (nodes: readonly CommandNode[]) =>
  nodes.flatMap(({ options }) => options.filter(({ takesValue }) => takesValue));
const quoteWords = (path: readonly string[]): string => path.join(' ');
const escape = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll("'", "\\'");
