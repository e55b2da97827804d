import { useState } from 'react';
import type { ReactNode } from 'react';
import { createConfig, http, injected, useConnection, useConnectorClient, WagmiProvider } from 'wagmi';
import type { Config } from 'wagmi';
import { useDeployment } from '../../chain/ChainContext.tsx';
import type { Deployment } from '../../connection/discover.ts';
import { Panel } from '../../ui/Panel.tsx';
import { chainOf, LOCAL_CHAIN_ID, localWallet } from './localWallet.ts';
import type { Trader } from './order.ts';
import { Wallet } from './Wallet.tsx';

/** Kept per deployment, so that the wallet stays connected while other pages are shown. */
const configs = new WeakMap<Deployment, Config>();

function configOf(deployment: Deployment): Config {
  const known = configs.get(deployment);
  if (known !== undefined) return known;
  const { chainId, settings } = deployment;
  const chain = chainOf(chainId, settings.rpcUrl);
  const config = createConfig({
    chains: [chain],
    connectors: chainId === LOCAL_CHAIN_ID ? [injected(), localWallet(settings.rpcUrl)] : [injected()],
    transports: { [chain.id]: http(settings.rpcUrl) },
    storage: null,
  });
  configs.set(deployment, config);
  return config;
}

interface Props {
  /** What can be done with a wallet: the title of what stands here without one. */
  readonly title: string;
  /** Whether a sub-account is chosen. */
  readonly forAccount: boolean;
  readonly children: (trader: Trader) => ReactNode;
}

/** A wallet to connect, and what it is for once it is on the deployment's chain. */
export function WithWallet(props: Props) {
  return (
    <WagmiProvider config={configOf(useDeployment())} reconnectOnMount={false}>
      <Connected {...props} />
    </WagmiProvider>
  );
}

function Connected({ title, forAccount, children }: Props) {
  const { chainId } = useDeployment();
  const connection = useConnection();
  const [subId, setSubId] = useState(0n);
  const { data: client } = useConnectorClient({
    query: { enabled: connection.status === 'connected' && connection.chainId === chainId },
  });
  const trader: Trader | undefined =
    client !== undefined && connection.address !== undefined
      ? { client, address: connection.address, subId }
      : undefined;
  return (
    <>
      <Wallet subId={subId} onSubId={forAccount ? setSubId : undefined} />
      {trader === undefined ? (
        <Panel title={title}>
          <p className="empty">Connect a wallet to go on. Nothing is sent without your signature.</p>
        </Panel>
      ) : (
        children(trader)
      )}
    </>
  );
}
