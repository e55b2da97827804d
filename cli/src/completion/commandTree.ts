import type { Command, Option } from 'commander';

/** A command as completion and reference see it. */
export interface CommandNode {
  /** Words after `novate`; none for `novate` itself. */
  readonly path: readonly string[];
  readonly description: string;
  /** Arguments as help shows them, such as `<account>`. */
  readonly args: readonly string[];
  readonly options: readonly OptionNode[];
  readonly commands: readonly CommandNode[];
}

export interface OptionNode {
  /** As help shows it, such as `--rpc <url>`. */
  readonly flags: string;
  /** What completion offers: long and short. */
  readonly names: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** Whether the value is a path. */
  readonly isFile: boolean;
  readonly required: boolean;
  /** As help shows it; empty where there is none. */
  readonly defaultText: string;
}

/** All that commander knows of a command and those below it. */
export function commandTree(command: Command, path: readonly string[] = []): CommandNode {
  const help = command.createHelp();
  return {
    path,
    description: command.description(),
    args: command.registeredArguments.map((argument) => help.argumentTerm(argument)).map(bracketed(command)),
    options: help.visibleOptions(command).map(optionNode),
    commands: command.commands.map((one) => commandTree(one, [...path, one.name()])),
  };
}

/** The tree as a list, parents first. */
export function flatten(node: CommandNode): CommandNode[] {
  return [node, ...node.commands.flatMap(flatten)];
}

function bracketed(command: Command): (term: string, i: number) => string {
  return (term, i) => {
    const argument = command.registeredArguments[i];
    const name = argument?.variadic === true ? `${term}...` : term;
    return argument?.required === true ? `<${name}>` : `[${name}]`;
  };
}

function optionNode(option: Option): OptionNode {
  const { flags, long, short, description, mandatory, required, optional } = option;
  return {
    flags,
    names: [long, short].filter((name): name is string => typeof name === 'string'),
    description,
    takesValue: required || optional,
    isFile: /<(file|files|path)>/.test(flags),
    required: mandatory,
    defaultText: defaultOf(option.defaultValue),
  };
}

function defaultOf(value: unknown): string {
  if (value === undefined || value === false) return '';
  if (Array.isArray(value)) return value.map(String).join(',');
  return typeof value === 'string' ? value : JSON.stringify(value);
}
