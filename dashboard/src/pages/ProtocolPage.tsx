import { AccountStates } from './protocol/AccountStates.tsx';
import { Assets } from './protocol/Assets.tsx';
import { Liquidations } from './protocol/Liquidations.tsx';
import { Markets } from './protocol/Markets.tsx';
import { PriceChart } from './protocol/PriceChart.tsx';
import { Solvency } from './protocol/Solvency.tsx';
import { Panel } from '../ui/Panel.tsx';

export function ProtocolPage() {
  return (
    <>
      <Solvency />
      <Markets />
      <div className="columns">
        <Panel title="Prices and liquidations" note="Since this page was opened, change of the index.">
          <PriceChart />
        </Panel>
        <AccountStates />
      </div>
      <Liquidations />
      <Assets />
    </>
  );
}
