import { useState } from 'react';
import { useDeployment } from '../chain/ChainContext.tsx';
import { hasTrading } from '../connection/discover.ts';
import { Panel } from '../ui/Panel.tsx';
import { DepositForm } from './trade/DepositForm.tsx';
import { OrderForm } from './trade/OrderForm.tsx';
import { Positions } from './trade/Positions.tsx';
import type { Draft, Trader } from './trade/order.ts';
import { WithWallet } from './trade/WithWallet.tsx';

export default function TradePage() {
  const deployment = useDeployment();
  if (!hasTrading(deployment))
    return (
      <Panel title="Trade">
        <p className="empty">This deployment has no order matcher: there is nowhere to trade.</p>
      </Panel>
    );
  return (
    <WithWallet title="Deposit, trade, close" forAccount>
      {(trader) => <Desk trader={trader} />}
    </WithWallet>
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
