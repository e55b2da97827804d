import { createWalletClient, defineChain, getAddress, http, numberToHex } from 'viem';
import type { Address, Chain, EIP1193RequestFn, Hex, LocalAccount } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { createConnector } from 'wagmi';

export const LOCAL_CHAIN_ID = 31_337;

/** Hardhat's second and third accounts. Their keys are known to everybody: for local chains only. */
const TRADER_KEY = '0x59c6995e998f97a5a0044966f0945389dc9e86dae88c7a8412f4603b6b78690d';
const COUNTERPARTY_KEY = '0x5de4111afa1a4b94908f83103eb1f1706367c2e68ca870fc3fb9a804cdab365a';

export const counterparty = (): LocalAccount => privateKeyToAccount(COUNTERPARTY_KEY);

export function chainOf(chainId: number, rpcUrl: string): Chain {
  return defineChain({
    id: chainId,
    name: chainId === LOCAL_CHAIN_ID ? 'Local chain' : `Chain ${chainId}`,
    nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
  });
}

interface TransactionParameters {
  readonly to?: Address;
  readonly data?: Hex;
  readonly value?: Hex;
  readonly gas?: Hex;
}

/** A wallet that signs with a well-known key, without asking. Refuses any chain but a local one. */
export function localWallet(rpcUrl: string) {
  const account = privateKeyToAccount(TRADER_KEY);
  const wallet = createWalletClient({
    account,
    chain: chainOf(LOCAL_CHAIN_ID, rpcUrl),
    transport: http(rpcUrl),
  });
  const request = (async ({ method, params }: { method: string; params?: unknown }) => {
    const list: readonly unknown[] = Array.isArray(params) ? params : [];
    switch (method) {
      case 'eth_accounts':
      case 'eth_requestAccounts':
        return [account.address];
      case 'eth_chainId':
        return numberToHex(LOCAL_CHAIN_ID);
      case 'eth_sendTransaction':
        return sendTransaction(list[0] as TransactionParameters);
      case 'eth_signTypedData_v4':
        return account.signTypedData(
          JSON.parse(String(list[1])) as Parameters<LocalAccount['signTypedData']>[0],
        );
      default:
        return wallet.request({ method, params } as Parameters<typeof wallet.request>[0]);
    }
  }) as EIP1193RequestFn;

  async function sendTransaction({ to, data, value, gas }: TransactionParameters): Promise<Hex> {
    // the node says which chain it is, whatever was configured
    if ((await wallet.getChainId()) !== LOCAL_CHAIN_ID)
      throw new Error('The local wallet sends to local chains only.');
    return wallet.sendTransaction({
      ...(to === undefined ? {} : { to }),
      ...(data === undefined ? {} : { data }),
      ...(value === undefined ? {} : { value: BigInt(value) }),
      ...(gas === undefined ? {} : { gas: BigInt(gas) }),
    });
  }

  const accounts = [getAddress(account.address)] as const;
  return createConnector(() => ({
    id: 'local',
    name: 'Local development wallet',
    type: 'local',
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- wagmi types the accounts by a generic of its own
    connect: () => Promise.resolve({ accounts, chainId: LOCAL_CHAIN_ID } as any),
    disconnect: () => Promise.resolve(),
    getAccounts: () => Promise.resolve(accounts),
    getChainId: () => Promise.resolve(LOCAL_CHAIN_ID),
    getProvider: () => Promise.resolve({ request }),
    isAuthorized: () => Promise.resolve(false),
    onAccountsChanged: () => undefined,
    onChainChanged: () => undefined,
    onDisconnect: () => undefined,
  }));
}
