import { isAddress } from 'viem';

/** What the page needs to know to find a deployment, as a person types it. */
export interface Settings {
  readonly rpcUrl: string;
  /** MarginLens, from which the rest of the deployment is found. */
  readonly lens: string;
  /** The chain that is expected there; empty for any. */
  readonly chainId: string;
  /** First block with events of the deployment. */
  readonly fromBlock: string;
  /** A keeper's `/metrics`; empty for none. */
  readonly metricsUrl: string;
}

export type SettingName = keyof Settings;
export type SettingProblems = Partial<Record<SettingName, string>>;

export const EMPTY: Settings = { rpcUrl: '', lens: '', chainId: '', fromBlock: '0', metricsUrl: '' };

const PARAMETERS: Readonly<Record<SettingName, string>> = {
  rpcUrl: 'rpc',
  lens: 'lens',
  chainId: 'chain',
  fromBlock: 'from',
  metricsUrl: 'metrics',
};
const STORED = 'novate.connection';
const names = Object.keys(PARAMETERS) as SettingName[];

/** What is wrong with each field, before anybody is asked. */
export function validate(settings: Settings): SettingProblems {
  const problems: SettingProblems = {};
  if (!isUrl(settings.rpcUrl))
    problems.rpcUrl = 'Not a URL: write http:// or https:// and the node’s address.';
  if (!isAddress(settings.lens, { strict: false }))
    problems.lens = 'Not an address: write 0x and 40 hex digits.';
  if (settings.chainId !== '' && !isWhole(settings.chainId))
    problems.chainId = 'Not a number: write a chain id such as 1, or leave it empty.';
  if (!isWhole(settings.fromBlock)) problems.fromBlock = 'Not a block number: write 0 to read every block.';
  if (settings.metricsUrl !== '' && !isUrl(settings.metricsUrl, true))
    problems.metricsUrl = 'Not a URL: write the keeper’s /metrics address, or leave it empty.';
  return problems;
}

function isUrl(text: string, mayBePath = false): boolean {
  if (mayBePath && text.startsWith('/')) return true;
  return /^https?:\/\/./.test(text) && URL.canParse(text);
}

function isWhole(text: string): boolean {
  return /^\d{1,15}$/.test(text);
}

/** From the URL's query, else what the server of this page offers, else what was used last. */
export async function loadSettings(): Promise<Settings | undefined> {
  return fromQuery() ?? (await fromServer()) ?? fromStorage();
}

function fromQuery(): Settings | undefined {
  const query = new URLSearchParams(window.location.search);
  if (!names.some((name) => query.has(PARAMETERS[name]))) return undefined;
  const read = names.map((name) => [name, query.get(PARAMETERS[name])?.trim() || EMPTY[name]] as const);
  return { ...EMPTY, ...Object.fromEntries(read) };
}

function fromStorage(): Settings | undefined {
  try {
    return parse(JSON.parse(localStorage.getItem(STORED) ?? 'null'));
  } catch {
    return undefined;
  }
}

async function fromServer(): Promise<Settings | undefined> {
  try {
    const response = await fetch('config.json', { cache: 'no-store' });
    return response.ok ? parse(await response.json()) : undefined;
  } catch {
    return undefined;
  }
}

function parse(value: unknown): Settings | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const read = names.map((name) => {
    const field: unknown = Reflect.get(value, name);
    return [name, typeof field === 'string' || typeof field === 'number' ? String(field) : EMPTY[name]];
  });
  return { ...EMPTY, ...Object.fromEntries(read) } as Settings;
}

/** Keeps the settings in the address bar, so that the page can be shared and reloaded, and for the next visit. */
export function storeSettings(settings: Settings): void {
  const query = new URLSearchParams();
  for (const name of names) if (settings[name] !== EMPTY[name]) query.set(PARAMETERS[name], settings[name]);
  window.history.replaceState(null, '', `?${query.toString()}${window.location.hash}`);
  try {
    localStorage.setItem(STORED, JSON.stringify(settings));
  } catch {
    // a private window may refuse; the address bar has them
  }
}

/** The lens in a pasted `deployed_addresses.json`; the text itself where it is no such file. */
export function lensOf(text: string): string {
  return /#MarginLens"\s*:\s*"(0x[0-9a-fA-F]{40})"/.exec(text)?.[1] ?? text.trim();
}
