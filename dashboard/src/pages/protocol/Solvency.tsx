import { useChain } from '../../chain/ChainContext.tsx';
import type { Snapshot } from '../../chain/snapshot.ts';
import { percent, toNumber, usd } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Stat, Stats } from '../../ui/Stat.tsx';

/** Tokens held, cash at 1 USD and collateral at the index price. */
export function vaultOf({ assets, markets }: Snapshot): number {
  return assets.reduce((sum, { held, underlying, assetId }) => {
    const price =
      assetId === 0 ? 10n ** 18n : markets.find((one) => one.underlying === underlying)?.price?.price;
    return sum + toNumber(held) * toNumber(price ?? 0n);
  }, 0);
}

/** What is there against what is owed. */
export function Solvency() {
  const { snapshot, totals } = useChain();
  const vault = snapshot && vaultOf(snapshot);
  const ratio = vault !== undefined && totals && totals.claims > 0 ? vault / totals.claims : undefined;
  const sound = ratio === undefined ? undefined : ratio >= 0.9999 ? 'good' : 'bad';
  const cash = snapshot?.cash;
  const lent = cash && cash.supplied > 0n ? toNumber(cash.borrowed) / toNumber(cash.supplied) : 0;
  return (
    <Panel title="Solvency" actions={snapshot?.paused === true && <Paused />}>
      <Stats label="Solvency">
        <Stat
          label="Vault ÷ claims"
          term="solvency"
          value={ratio === undefined ? undefined : percent(ratio, 2)}
          tone={sound}
          note={sound === 'bad' ? 'debts of insolvent accounts are open' : 'covered'}
        />
        <Stat
          label="Vault"
          term="vault"
          value={vault === undefined ? undefined : usd(vault)}
          note="tokens held"
        />
        <Stat
          label="Claims"
          term="claims"
          value={totals && usd(totals.claims)}
          note={totals && `of ${totals.accounts.toLocaleString('en-US')} accounts`}
        />
        <Stat
          label="Shortfall"
          term="shortfall"
          value={totals && usd(totals.shortfall)}
          tone={totals && totals.shortfall > 0.005 ? 'bad' : undefined}
          note="owed by insolvent accounts"
        />
        <Stat
          label="Insurance"
          term="insurance"
          value={snapshot && usd(snapshot.insurance)}
          note={snapshot && `${usd(snapshot.fees)} of fees waiting`}
        />
        <Stat
          label="Cash lent"
          term="utilisation"
          value={cash && percent(lent)}
          note={cash && `at ${percent(toNumber(cash.borrowRate), 2)} a year`}
        />
      </Stats>
    </Panel>
  );
}

function Paused() {
  return (
    <span className="badge" data-state="liquidatable">
      Paused: nothing that adds risk goes on
    </span>
  );
}
