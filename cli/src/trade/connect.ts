import { AddressFileError, encodeAccountId, loadDeployedAddresses, novateActions } from '@novate/sdk';
import type { AccountId, NovateActions, NovateAddresses } from '@novate/sdk';
import { createWalletClient, http, HttpRequestError, isHex, TimeoutError } from 'viem';
import type { Chain, Hex, LocalAccount, Transport, WalletClient } from 'viem';
import { mnemonicToAccount, privateKeyToAccount } from 'viem/accounts';
import { getChainId } from 'viem/actions';
import { UsageError } from '../usageError.ts';

const LOCAL_CHAIN_ID = 31_337;
const MNEMONIC = 'test test test test test test test test test test test junk';
const KEY_VARIABLE = 'NOVATE_PRIVATE_KEY';
const POLL_MS = 200;

/** What every trading command is told. */
export interface TradeOptions {
  readonly rpc: string;
  readonly addresses: string;
  /** Number of the sub-account. */
  readonly subAccount: string;
  /** Number of one of Hardhat's well-known keys, for local chains. */
  readonly localKey?: string | undefined;
  readonly book?: string | undefined;
  readonly json?: boolean | undefined;
}

/** Somebody with a key, connected to a deployment. */
export interface Desk {
  readonly client: WalletClient<Transport, Chain, LocalAccount>;
  readonly novate: NovateActions;
  readonly addresses: NovateAddresses;
  readonly chainId: number;
  readonly account: AccountId;
  /** Where signed orders that rest are kept. */
  readonly bookPath: string;
}

/** @throws UsageError where the key, the URL or the addresses cannot be used */
export async function connect(options: TradeOptions): Promise<Desk> {
  const { rpc, addresses: path, subAccount } = options;
  if (!/^https?:\/\//.test(rpc)) {
    throw new UsageError(`--rpc: expected a URL such as http://127.0.0.1:8545, found "${rpc}"`);
  }
  if (!/^\d{1,28}$/.test(subAccount)) {
    throw new UsageError(`--sub-account: expected a whole number, found "${subAccount}"`);
  }
  const addresses = await addressesIn(path);
  const transport = http(rpc);
  const chainId = await chainIdOf(rpc);
  const key = keyOf(options, chainId);
  const chain: Chain = {
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpc] } },
  };
  const client = createWalletClient({ account: key, chain, transport, pollingInterval: POLL_MS });
  const { novate } = client.extend(novateActions(addresses));
  const account = encodeAccountId(key.address, BigInt(subAccount));
  return { client, novate, addresses, chainId, account, bookPath: options.book ?? defaultBook(path) };
}

/** Beside the addresses: one book per deployment. */
function defaultBook(addressesPath: string): string {
  return addressesPath.replace(/[^/\\]*$/, 'orders.json');
}

async function addressesIn(path: string): Promise<NovateAddresses> {
  try {
    return await loadDeployedAddresses(path);
  } catch (error) {
    throw error instanceof AddressFileError ? new UsageError(error.message) : error;
  }
}

async function chainIdOf(rpc: string): Promise<number> {
  try {
    return await getChainId(createWalletClient({ transport: http(rpc) }));
  } catch (error) {
    if (!(error instanceof HttpRequestError || error instanceof TimeoutError)) throw error;
    throw new Error(`${rpc}: no node answers there; start it, or check --rpc`, { cause: error });
  }
}

function keyOf({ localKey }: TradeOptions, chainId: number): LocalAccount {
  if (localKey !== undefined) {
    if (!/^\d{1,2}$/.test(localKey)) {
      throw new UsageError(`--local-key: expected a number such as 1, found "${localKey}"`);
    }
    // everybody knows these keys
    if (chainId !== LOCAL_CHAIN_ID) {
      throw new UsageError(
        `--local-key: is for local chains (id ${LOCAL_CHAIN_ID}) only, and this one is ${chainId}; set ${KEY_VARIABLE}`,
      );
    }
    return mnemonicToAccount(MNEMONIC, { addressIndex: Number(localKey) });
  }
  const key = process.env[KEY_VARIABLE];
  if (key === undefined || key === '') {
    throw new UsageError(
      `no key: set ${KEY_VARIABLE} to the key that signs, or on a local chain give --local-key 1`,
    );
  }
  if (!isKey(key)) throw new UsageError(`${KEY_VARIABLE}: expected 0x and 64 hex digits`);
  return privateKeyToAccount(key);
}

function isKey(text: string): text is Hex {
  return isHex(text, { strict: true }) && text.length === 66;
}
