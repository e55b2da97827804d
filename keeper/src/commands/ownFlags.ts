import { ConfigError } from '../config/index.ts';

/** A command's own flags, apart from the settings that it passes on. */
export interface OwnFlags<Name extends string> {
  readonly values: Partial<Record<Name, string>>;
  readonly json: boolean;
  /** What is left: settings. */
  readonly rest: readonly string[];
}

/** Takes `--name value` and `--name=value` of these names, and `--json`, out of the arguments. @throws ConfigError */
export function takeFlags<Name extends string>(
  args: readonly string[],
  names: readonly Name[],
): OwnFlags<Name> {
  const values: Partial<Record<Name, string>> = {};
  const rest: string[] = [];
  let json = false;
  for (let i = 0; i < args.length; ++i) {
    const [flag = '', inline] = splitFlag(args[i] ?? '');
    const name = names.find((known) => flag === `--${known}`);
    if (flag === '--json') json = true;
    else if (name === undefined) rest.push(args[i] ?? '');
    else {
      const value = inline ?? args[++i];
      if (value === undefined) throw new ConfigError(`flag ${flag} needs a value`);
      values[name] = value;
    }
  }
  return { values, json, rest };
}

function splitFlag(arg: string): [flag: string, value: string | undefined] {
  const at = arg.indexOf('=');
  return arg.startsWith('--') && at > 0 ? [arg.slice(0, at), arg.slice(at + 1)] : [arg, undefined];
}
