import { useState } from 'react';
import { createConfig, http, injected, useConnection, useConnectorClient, WagmiProvider } from 'wagmi';
import type { Config } from 'wagmi';
import { useDeployment } from '../chain/ChainContext.tsx';
import { hasTrading } from '../connection/discover.ts';
import type { Deployment } from '../connection/discover.ts';
import { Panel } from '../ui/Panel.tsx';
import { DepositForm } from './trade/DepositForm.tsx';
import { chainOf, LOCAL_CHAIN_ID, localWallet } from './trade/localWallet.ts';
import { OrderForm } from './trade/OrderForm.tsx';
import { Positions } from './trade/Positions.tsx';
import type { Draft } from './trade/order.ts';
import type { Trader } from './trade/order.ts';
import { Wallet } from './trade/Wallet.tsx';

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

export default function TradePage() {
  const deployment = useDeployment();
  if (!hasTrading(deployment))
    return (
      <Panel title="Trade">
        <p className="empty">This deployment has no order matcher: there is nowhere to trade.</p>
      </Panel>
    );
  return (
    <WagmiProvider config={configOf(deployment)} reconnectOnMount={false}>
      <Trade />
    </WagmiProvider>
  );
}

function Trade() {
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
      <Wallet subId={subId} onSubId={setSubId} />
      {trader === undefined ? (
        <Panel title="Deposit, trade, close">
          <p className="empty">Connect a wallet to go on. Nothing is sent without your signature.</p>
        </Panel>
      ) : (
        <Desk trader={trader} />
      )}
    </>
  );
}

function Desk({ trader }: { trader: Trader }) {
  const [draft, setDraft] = useState<Draft>();
  return (
    <>
      <div className="halves">
        <DepositForm trader={trader} />
        <OrderForm key={draft?.id ?? 0} trader={trader} draft={draft} />
      </div>
      <Positions trader={trader} onClose={setDraft} />
    </>
  );
}
