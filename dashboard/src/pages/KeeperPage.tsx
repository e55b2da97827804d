import { Select } from '@mantine/core';
import { useMemo, useState } from 'react';
import { useChain, useSymbols } from '../chain/ChainContext.tsx';
import { coin, count, shortAccount, toNumber, usd, usdShort } from '../format/format.ts';
import { Panel } from '../ui/Panel.tsx';
import { Plot } from '../ui/Plot.tsx';
import type { PlotSeries } from '../ui/Plot.tsx';
import { Stat, Stats } from '../ui/Stat.tsx';
import { Funnel } from './keeper/Funnel.tsx';
import { useKeeperMetrics } from './keeper/metrics.ts';
import { Transactions } from './keeper/Transactions.tsx';
import { PRICED, useKeeperTransactions } from './keeper/transactions.ts';
import type { KeeperTransaction } from './keeper/transactions.ts';

const ALL = 'all';
const EARNED: readonly PlotSeries[] = [
  { label: 'reward so far', colour: '--series-4', kind: 'step', format: usdShort },
];

export default function KeeperPage() {
  const { liquidations, snapshot } = useChain();
  const [chosen, setChosen] = useState(ALL);
  const metrics = useKeeperMetrics();
  const liquidators = [...new Set(liquidations.map(({ liquidator }) => liquidator))];
  const transactions = useKeeperTransactions(chosen === ALL ? undefined : BigInt(chosen));
  return (
    <>
      <Panel
        title="Profit"
        note="From the chain’s events, whoever liquidated."
        actions={
          <Select
            aria-label="Whose liquidations"
            size="xs"
            value={chosen}
            onChange={(value) => setChosen(value ?? ALL)}
            allowDeselect={false}
            data={[
              { value: ALL, label: 'All liquidators' },
              ...liquidators.map((id) => ({ value: id.toString(), label: shortAccount(id) })),
            ]}
          />
        }
      >
        <Profit transactions={transactions} known={snapshot !== undefined} />
        <Earned transactions={transactions} />
      </Panel>
      <Funnel metrics={metrics.data} error={metrics.error} />
      <Transactions transactions={transactions} />
    </>
  );
}

function Profit({ transactions, known }: { transactions: readonly KeeperTransaction[]; known: boolean }) {
  const { snapshot } = useChain();
  const symbolOf = useSymbols();
  const accounts = transactions.reduce((sum, one) => sum + one.accounts, 0);
  const reward = transactions.reduce((sum, one) => sum + one.reward, 0);
  const priced = transactions.filter((one) => one.cost !== undefined);
  const gas = priced.reduce((sum, one) => sum + (one.gasUsed ?? 0), 0);
  const cost = priced.reduce((sum, one) => sum + (one.cost ?? 0), 0);
  const ether = snapshot?.markets.find(({ underlying }) => symbolOf(underlying) === 'ETH')?.price?.price;
  const costUsd = ether === undefined ? undefined : cost * toNumber(ether);
  const complete = priced.length === transactions.length;
  const pricedAccounts = priced.reduce((sum, one) => sum + one.accounts, 0);
  return (
    <Stats label="Profit">
      <Stat
        label="Reward"
        term="reward"
        value={known ? usd(reward) : undefined}
        note={`${count(accounts)} liquidations`}
      />
      <Stat
        label="Gas paid"
        value={known ? coin(cost) : undefined}
        note={
          costUsd === undefined
            ? 'no ETH price'
            : `${usd(costUsd)}${complete ? '' : `, newest ${PRICED} only`}`
        }
      />
      <Stat
        label="Profit after gas"
        value={known && costUsd !== undefined && complete ? usd(reward - costUsd) : known ? '–' : undefined}
        tone={costUsd !== undefined && reward < costUsd ? 'bad' : undefined}
        note="ETH at its index price now"
      />
      <Stat
        label="Transactions"
        value={known ? count(transactions.length) : undefined}
        note={pricedAccounts === 0 ? undefined : `${count(gas / pricedAccounts)} gas per liquidation`}
      />
    </Stats>
  );
}

function Earned({ transactions }: { transactions: readonly KeeperTransaction[] }) {
  const data = useMemo(() => {
    const byBlock = new Map<number, number>();
    let sum = 0;
    for (const { block, reward } of [...transactions].reverse()) byBlock.set(block, (sum += reward));
    return [[...byBlock.keys()], [...byBlock.values()]];
  }, [transactions]);
  if (transactions.length === 0) return <p className="empty">Nobody has been liquidated yet.</p>;
  const total = transactions.reduce((sum, one) => sum + one.reward, 0);
  return (
    <Plot
      label={`Reward by block, ${usd(total)} in all`}
      data={data}
      series={EARNED}
      xName="block"
      xFormat={count}
    />
  );
}
