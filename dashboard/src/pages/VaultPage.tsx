import { useChain, useDeployment } from '../chain/ChainContext.tsx';
import { Panel } from '../ui/Panel.tsx';
import { WithWallet } from './trade/WithWallet.tsx';
import { EnterForm } from './vault/EnterForm.tsx';
import { LeaveForm } from './vault/LeaveForm.tsx';
import { useHolding, useVault } from './vault/useVault.ts';
import type { Vault } from './vault/useVault.ts';
import { VaultFigures } from './vault/VaultFigures.tsx';
import { VaultMarkets } from './vault/VaultMarkets.tsx';
import type { Trader } from './trade/order.ts';

export default function VaultPage() {
  const { addresses } = useDeployment();
  if (addresses.liquidityVault === undefined)
    return (
      <Panel title="Liquidity vault">
        <p className="empty">This deployment has no liquidity vault.</p>
      </Panel>
    );
  return <Shown />;
}

function Shown() {
  const { vault, problem } = useVault();
  return (
    <>
      <VaultFigures vault={vault} problem={problem} />
      <VaultMarkets vault={vault} />
      <WithWallet title="Deposit, leave" forAccount={false}>
        {(trader) => <Shares trader={trader} vault={vault} />}
      </WithWallet>
    </>
  );
}

function Shares({ trader, vault }: { trader: Trader; vault: Vault | undefined }) {
  const { snapshot } = useChain();
  const holding = useHolding(trader.address, snapshot?.block);
  return (
    <div className="halves">
      <EnterForm trader={trader} vault={vault} />
      <LeaveForm trader={trader} vault={vault} holding={holding} />
    </div>
  );
}
