import { AddressFileError } from './errors.ts';
import { novateAddressesSchema } from './schema.ts';
import type { NovateAddresses } from './schema.ts';

const CONTRACTS: Readonly<Record<string, keyof NovateAddresses>> = {
  Clearinghouse: 'clearinghouse',
  Liquidator: 'liquidator',
  OrderMatcher: 'orderMatcher',
  RiskEngine: 'riskEngine',
  PriceRouter: 'priceRouter',
  MarginLens: 'marginLens',
  InsuranceFund: 'insuranceFund',
  LiquidityVault: 'liquidityVault',
  AccessManager: 'accessManager',
};

/**
 * The addresses in the text of an Ignition `deployed_addresses.json`: keys such as `Novate#Clearinghouse`, with any module
 * name before the `#`; contracts that are not Novate's are passed over.
 * @param path Names the file in errors.
 * @throws AddressFileError
 */
export function parseDeployedAddresses(
  text: string,
  path: string = 'deployed_addresses.json',
): NovateAddresses {
  const found = collect(parseObject(text, path), path);
  const parsed = novateAddressesSchema.safeParse(found);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const name = nameOf(String(issue?.path[0] ?? ''));
  const present = Object.hasOwn(found, String(issue?.path[0] ?? ''));
  throw new AddressFileError(
    path,
    present
      ? `the entry of ${name} ${issue?.message ?? 'is not an address'}`
      : `has no entry "Novate#${name}"; deploy the whole protocol, or point to the deployment of another network`,
  );
}

function parseObject(text: string, path: string): object {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new AddressFileError(path, 'is not valid JSON; deploy again or restore the file', cause);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new AddressFileError(path, 'must be a JSON object such as {"Novate#Clearinghouse": "0x..."}');
  }
  return value;
}

function collect(entries: object, path: string): Partial<Record<keyof NovateAddresses, unknown>> {
  const found: Partial<Record<keyof NovateAddresses, unknown>> = {};
  for (const [key, value] of Object.entries(entries)) {
    const contract = key.slice(key.lastIndexOf('#') + 1);
    const name = Object.hasOwn(CONTRACTS, contract) ? CONTRACTS[contract] : undefined;
    if (name === undefined) continue;
    if (name in found && found[name] !== value) {
      throw new AddressFileError(path, `has two entries of ${contract}; keep the one that is in use`);
    }
    found[name] = value;
  }
  return found;
}

function nameOf(field: string): string {
  return Object.entries(CONTRACTS).find(([, name]) => name === field)?.[0] ?? field;
}
