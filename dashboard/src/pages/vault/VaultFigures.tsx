import { Alert } from '@mantine/core';
import { count, duration, NONE, percent, toNumber, units, usd } from '../../format/format.ts';
import { AccountLink } from '../../ui/AccountLink.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Stat, Stats } from '../../ui/Stat.tsx';
import { scale } from './useVault.ts';
import type { Vault } from './useVault.ts';

/** What the vault is worth, what a share costs, and how near its own limits it is. */
export function VaultFigures({ vault, problem }: { vault: Vault | undefined; problem: string | undefined }) {
  return (
    <Panel
      title="Liquidity vault"
      note="A pool that makes markets in perps. Who holds its shares earns its spreads and bears its losses."
      actions={
        vault && (
          <span className="note">
            account <AccountLink account={vault.account} />
          </span>
        )
      }
    >
      <Figures vault={vault} />
      {problem !== undefined && (
        <Alert color="orange" variant="light" title="The vault cannot be valued now." mt="sm" role="status">
          {problem} The figures are the last known.
        </Alert>
      )}
    </Panel>
  );
}

function Figures({ vault }: { vault: Vault | undefined }) {
  const most = vault && Math.max(0, ...vault.markets.map(({ skew }) => Math.abs(toNumber(skew))));
  return (
    <Stats label="Liquidity vault">
      <Stat
        label="Net asset value"
        term="vaultWorth"
        value={vault && usd(scale(vault.worthRaw, vault.tokenDecimals))}
        note={vault && `${usd(scale(vault.worthToLeaveRaw, vault.tokenDecimals))} if all left now`}
      />
      <Stat
        label="Share price"
        term="sharePrice"
        value={vault && `$${toNumber(vault.sharePrice).toFixed(4)}`}
        note={vault && `${count(Math.floor(scale(vault.shares, vault.decimals)))} shares`}
      />
      <Stat
        label="Cap used, most"
        term="vaultCap"
        value={most === undefined ? undefined : percent(most)}
        tone={most === undefined ? undefined : most > 0.8 ? 'warn' : 'good'}
        note={vault && `of ${vault.markets.length} markets`}
      />
      <Stat
        label="Equity ÷ initial margin"
        term="vaultCushion"
        value={vault && cushionOf(vault)}
        note={vault && `kept at ${units(vault.cushionBps / 10_000)}× or more`}
      />
      <Stat
        label="Fee of a trade"
        value={vault && percent(vault.takerFeeBps / 10_000, 2)}
        note="beside the spread"
      />
      <Stat
        label="Time to leave"
        value={vault && duration(Number(vault.redemption.delaySec))}
        note={vault && `then ${duration(Number(vault.redemption.windowSec))} to do it`}
      />
    </Stats>
  );
}

function cushionOf({ margin }: Vault): string {
  const needed = toNumber(margin.initialMargin);
  if (needed === 0) return NONE;
  const ratio = toNumber(margin.equity) / needed;
  return ratio >= 100 ? '>99×' : `${ratio.toFixed(2)}×`;
}
