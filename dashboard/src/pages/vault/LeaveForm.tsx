import { Button, Group, TextInput } from '@mantine/core';
import { sendCancelVaultRedemption, sendRedeemFromVault, sendRequestVaultRedemption } from '@novate/sdk';
import type { VaultHolding } from '@novate/sdk';
import { formatUnits } from 'viem';
import type { Hash } from 'viem';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import { count, duration, time, units, usd } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ActionResult } from '../trade/ActionResult.tsx';
import { parseAmount } from '../trade/DepositForm.tsx';
import { confirm } from '../trade/order.ts';
import type { Trader } from '../trade/order.ts';
import { useAction } from '../trade/useAction.ts';
import { scale } from './useVault.ts';
import type { Vault } from './useVault.ts';

interface Props {
  readonly trader: Trader;
  readonly vault: Vault | undefined;
  readonly holding: VaultHolding | undefined;
}

/** Request, wait, redeem. */
export function LeaveForm({ trader, vault, holding }: Props) {
  const { addresses } = useDeployment();
  const { client } = trader;
  const action = useAction();
  const [shares, setShares] = useState('');
  const [error, setError] = useState<string>();
  const busy = action.state.phase === 'working' || vault === undefined || holding === undefined;
  const run = (done: string, act: () => Promise<Hash>): void =>
    void action.run('Waiting for the wallet …', async (say) => {
      const hash = await act();
      say('Sent; waiting for the block …');
      return `${done} in block ${count(await confirm(client, hash))}.`;
    });
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const raw = vault && parseAmount(shares, vault.decimals);
    const problem = raw === undefined ? 'Not an amount: write a number greater than 0.' : undefined;
    const beyond = raw !== undefined && holding !== undefined && raw > holding.shares;
    setError(beyond ? 'More than the wallet holds: write less, or all.' : problem);
    if (raw === undefined || beyond) return;
    run('Requested', () => sendRequestVaultRedemption(client, addresses, { shares: raw }));
  };
  return (
    <Panel title="Leave the vault" note={vault && holding && holdingOf(vault, holding)}>
      <form onSubmit={submit} noValidate aria-label="Leave the vault">
        <TextInput
          label="Shares to leave with"
          inputMode="decimal"
          placeholder="0.00"
          value={shares}
          error={error}
          onChange={(event) => setShares(event.currentTarget.value)}
        />
        <RequestState vault={vault} holding={holding} />
        <Buttons
          holding={busy ? undefined : holding}
          onAll={(all) => vault && setShares(formatUnits(all, vault.decimals))}
          onRedeem={() => run('Redeemed', () => sendRedeemFromVault(client, addresses))}
          onCancel={() => run('Cancelled', () => sendCancelVaultRedemption(client, addresses))}
        />
      </form>
      <ActionResult state={action.state} />
    </Panel>
  );
}

interface ButtonsProps {
  /** Undefined where nothing can be done now. */
  readonly holding: VaultHolding | undefined;
  readonly onAll: (shares: bigint) => void;
  readonly onRedeem: () => void;
  readonly onCancel: () => void;
}

function Buttons({ holding, onAll, onRedeem, onCancel }: ButtonsProps) {
  const state = holding?.request.state;
  return (
    <Group>
      <Button type="submit" disabled={holding === undefined}>
        Request
      </Button>
      <Button
        variant="default"
        disabled={(holding?.shares ?? 0n) === 0n}
        onClick={() => holding && onAll(holding.shares)}
      >
        All
      </Button>
      <Button disabled={state !== 'due'} onClick={onRedeem}>
        Redeem
      </Button>
      <Button variant="default" disabled={state === undefined || state === 'none'} onClick={onCancel}>
        Cancel request
      </Button>
    </Group>
  );
}

function holdingOf({ decimals, tokenDecimals }: Vault, { shares, valueRaw }: VaultHolding): string {
  return `The wallet holds ${units(scale(shares, decimals))} shares; with those requested, worth ${usd(scale(valueRaw, tokenDecimals))} to who leaves now.`;
}

function RequestState({ vault, holding }: Pick<Props, 'vault' | 'holding'>) {
  const { snapshot } = useChain();
  return (
    <p className="preview note">
      {vault && holding && snapshot && describe(vault, holding, snapshot.timestamp)}
    </p>
  );
}

function describe({ decimals }: Vault, { request, redeemable }: VaultHolding, nowSec: number): string {
  const amount = `${units(scale(request.shares, decimals))} shares`;
  switch (request.state) {
    case 'none':
      return 'Nothing is requested.';
    case 'waiting':
      return `${amount} requested; they may leave in ${duration(request.readyAtSec - nowSec)}, from ${time(request.readyAtSec)}.`;
    case 'due':
      return redeemable < request.shares
        ? `${units(scale(redeemable, decimals))} of ${amount} may leave now; the rest when the vault's margin needs less, or prices are fresh.`
        : `${amount} may leave for ${duration(request.lapsesAtSec - nowSec)} more.`;
    case 'lapsed':
      return `The request of ${amount} has lapsed: request them again, or cancel.`;
  }
}
