import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { AddressFileError, loadDeployedAddresses } from '@novate/sdk';
import type { NovateAddresses } from '@novate/sdk';
import type { Hex } from 'viem';
import { ConfigError } from './errors.ts';
import { isKeystore, openKeystore } from './keystore.ts';
import { nearest } from './nearest.ts';
import { defaultPollInterval, SECRETS, settingNames, settingsSchema, toPrivateKey } from './schema.ts';
import type { KeeperConfig, Settings } from './schema.ts';

/** Stands where nothing is signed. */
const NOBODYS_KEY: Hex = `0x${'0'.repeat(63)}1`;
const ENV_PREFIX = 'NOVATE_KEEPER_';

export interface ConfigSources {
  /** Arguments of the command line, without program and script. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Nothing will be signed: no key is needed. */
  readonly readOnly?: boolean;
}

export interface LoadedConfig {
  readonly config: KeeperConfig;
  /** Only check the set-up, then end. */
  readonly check: boolean;
}

/**
 * One configuration out of flags, environment (`NOVATE_KEEPER_RPC_URL`) and a JSON file (`--config`), the first that has
 * a setting wins. Names are checked in all three.
 * @throws ConfigError
 */
export async function loadConfig({ args, env, readOnly = false }: ConfigSources): Promise<LoadedConfig> {
  const { values, check, file } = readFlags(args);
  const fromEnv = readEnv(env);
  const path = file ?? fromEnv['config'];
  delete fromEnv['config'];
  const fromFile = path === undefined ? {} : await readConfigFile(path);
  const settings = parseSettings({ ...fromFile, ...fromEnv, ...values });
  return { config: await resolveConfig(settings, readOnly), check };
}

/** Whether help was asked for. */
export function wantsHelp(args: readonly string[]): boolean {
  return args.includes('--help') || args.includes('-h');
}

export const flagOf = (name: string): string =>
  `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
export const envOf = (name: string): string =>
  ENV_PREFIX + name.replace(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase();

function readFlags(args: readonly string[]): {
  values: Record<string, unknown>;
  check: boolean;
  file: string | undefined;
} {
  const names = new Map(
    settingNames.filter((name) => !SECRETS.has(name)).map((name) => [flagOf(name), name]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    tokens: true,
    options: tokenOptions(names),
  });
  const values: Record<string, unknown> = {};
  let [check, file]: [boolean, string | undefined] = [false, undefined];
  for (const token of tokens) {
    if (token.kind === 'positional')
      throw new ConfigError(`"${token.value}" is not a flag; flags begin with --`);
    if (token.kind !== 'option') continue;
    const { rawName, value } = token;
    if (rawName === '--check') check = true;
    else if (rawName === '--config') file = requireValue(rawName, value);
    else {
      const name = names.get(rawName);
      if (name === undefined)
        throw new ConfigError(unknown('flag', rawName, [...names.keys(), '--config', '--check']));
      values[name] = name === 'dryRun' ? (value ?? true) : requireValue(rawName, value);
    }
  }
  return { values, check, file };
}

function tokenOptions(names: ReadonlyMap<string, string>): Record<string, { type: 'string' | 'boolean' }> {
  const options: Record<string, { type: 'string' | 'boolean' }> = {
    config: { type: 'string' },
    check: { type: 'boolean' },
  };
  for (const [rawName, name] of names) {
    options[rawName.slice(2)] = { type: name === 'dryRun' ? 'boolean' : 'string' };
  }
  return options;
}

function requireValue(rawName: string, value: string | undefined): string {
  if (value === undefined) throw new ConfigError(`flag ${rawName} needs a value`);
  return value;
}

function readEnv(env: ConfigSources['env']): Record<string, string> {
  const names = new Map<string, string>([...settingNames, 'config'].map((name) => [envOf(name), name]));
  const values: Record<string, string> = {};
  for (const [variable, value] of Object.entries(env)) {
    if (!variable.startsWith(ENV_PREFIX) || value === undefined) continue;
    const name = names.get(variable);
    if (name === undefined)
      throw new ConfigError(unknown('environment variable', variable, [...names.keys()]));
    values[name] = value;
  }
  return values;
}

async function readConfigFile(path: string): Promise<object> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(path, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'is not valid JSON' : 'cannot be read';
    throw new ConfigError(`config file ${path} ${reason}`, cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ConfigError(
      `config file ${path} must hold a JSON object such as {"rpcUrl": "http://127.0.0.1:8545"}`,
    );
  }
  return value;
}

function parseSettings(values: object): Settings {
  const parsed = settingsSchema.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    throw new ConfigError(unknown('setting', issue.keys[0] ?? '', settingNames));
  }
  const name = String(issue?.path[0] ?? '');
  if (!Object.hasOwn(values, name)) {
    const flag = SECRETS.has(name) ? '' : `${flagOf(name)}, `;
    throw new ConfigError(`setting ${name} is missing; give it by ${flag}${envOf(name)} or the config file`);
  }
  // never the value itself: it may be a secret
  throw new ConfigError(`setting ${name} is wrong: ${issue?.message ?? 'not understood'}`);
}

async function resolveConfig(settings: Settings, readOnly: boolean): Promise<KeeperConfig> {
  const { addresses, privateKey, privateKeyFile, pollIntervalMs, walletKeyFiles, ...more } = settings;
  const { keyPassword, keyPasswordFile, ...rest } = more;
  if (rest.rpcQuorum > rest.rpcFallbackUrls.length + 1) {
    throw new ConfigError(
      `rpcQuorum is ${rest.rpcQuorum}, but there are fewer endpoints; add rpcFallbackUrls`,
    );
  }
  const password =
    keyPasswordFile === undefined ? keyPassword : await readSecret(keyPasswordFile, 'password file');
  return {
    ...rest,
    addresses: typeof addresses === 'string' ? await readAddresses(addresses) : addresses,
    privateKey:
      readOnly && privateKey === undefined && privateKeyFile === undefined
        ? NOBODYS_KEY
        : await readKey(privateKey, privateKeyFile, password),
    walletKeys: await Promise.all(walletKeyFiles.map((file) => readKey(undefined, file, password))),
    pollIntervalMs: pollIntervalMs ?? defaultPollInterval(settings.rpcUrl),
  };
}

async function readAddresses(path: string): Promise<NovateAddresses> {
  try {
    return await loadDeployedAddresses(path);
  } catch (error) {
    if (error instanceof AddressFileError) throw new ConfigError(`addresses: ${error.message}`, error);
    throw error;
  }
}

async function readKey(
  privateKey: string | undefined,
  file: string | undefined,
  password: string | undefined,
): Promise<Hex> {
  if (privateKey !== undefined && file !== undefined) {
    throw new ConfigError('both privateKey and privateKeyFile are set; keep one');
  }
  if (privateKey === undefined && file === undefined) {
    throw new ConfigError(`no key; set ${envOf('privateKey')} or ${flagOf('privateKeyFile')}`);
  }
  const text = file === undefined ? (privateKey ?? '') : await readSecret(file, 'key file');
  if (file !== undefined && isKeystore(text)) return openKeystore(text, password, file);
  const key = toPrivateKey(text);
  if (key === undefined) throw new ConfigError(`key file ${file ?? ''} does not hold 0x and 64 hex digits`);
  return key;
}

async function readSecret(file: string, what: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (cause) {
    throw new ConfigError(`${what} ${file} cannot be read`, cause);
  }
}

function unknown(what: string, name: string, known: readonly string[]): string {
  const guess = nearest(name, known);
  return `unknown ${what} ${name}${guess === undefined ? '; see --help' : `; did you mean ${guess}?`}`;
}
