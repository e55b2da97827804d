import { Button, Group, TextInput } from '@mantine/core';
import { sendDepositToVault } from '@novate/sdk';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import { count, units } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ActionResult } from '../trade/ActionResult.tsx';
import { parseAmount, useBalance } from '../trade/DepositForm.tsx';
import { confirm } from '../trade/order.ts';
import type { Trader } from '../trade/order.ts';
import { TestTokens } from '../trade/TestTokens.tsx';
import { useAction } from '../trade/useAction.ts';
import { scale } from './useVault.ts';
import type { Vault } from './useVault.ts';

/** Cash in, shares out. */
export function EnterForm({ trader, vault }: { trader: Trader; vault: Vault | undefined }) {
  const deployment = useDeployment();
  const { snapshot } = useChain();
  const [amount, setAmount] = useState('');
  const [error, setError] = useState<string>();
  const action = useAction();
  const cash = snapshot?.assets[0];
  const balance = useBalance(trader, cash);
  const busy = action.state.phase === 'working';
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const amountRaw = cash && parseAmount(amount, cash.decimals);
    setError(amountRaw === undefined ? 'Not an amount: write a number greater than 0.' : undefined);
    if (cash === undefined || amountRaw === undefined) return;
    void action.run('Waiting for the wallet …', async (say) => {
      const hash = await sendDepositToVault(trader.client, deployment.addresses, { amountRaw });
      say('Sent; waiting for the block …');
      return `Deposited ${amount} ${cash.symbol} in block ${count(await confirm(trader.client, hash))}.`;
    });
  };
  return (
    <Panel
      title="Deposit in the vault"
      note={cash && `The wallet holds ${balance === undefined ? '…' : units(balance, cash.symbol)}.`}
    >
      <form onSubmit={submit} noValidate aria-label="Deposit in the vault">
        <TextInput
          label={`Amount${cash === undefined ? '' : `, ${cash.symbol}`}`}
          inputMode="decimal"
          placeholder="0.00"
          value={amount}
          error={error}
          onChange={(event) => setAmount(event.currentTarget.value)}
        />
        <p className="preview note">{vault && previewOf(vault, amount)}</p>
        <Group>
          <Button type="submit" disabled={busy}>
            Deposit
          </Button>
          <TestTokens trader={trader} asset={cash} action={action} />
        </Group>
      </form>
      <ActionResult state={action.state} />
    </Panel>
  );
}

/** Who comes pays the vault's spread on what it holds: the shares are those of the price to enter. */
function previewOf(vault: Vault, amount: string): string {
  const { maxDepositRaw, tokenDecimals, symbol, worthToEnterRaw, shares, decimals } = vault;
  if (maxDepositRaw === 0n) return 'Nobody can come in now: a price is not fresh, or a cap is reached.';
  const amountRaw = parseAmount(amount, tokenDecimals);
  if (amountRaw === undefined) return 'Leaving takes a request and a delay.';
  if (amountRaw > maxDepositRaw)
    return `At most ${units(scale(maxDepositRaw, tokenDecimals), symbol)} may come in now.`;
  const virtual = 10n ** BigInt(decimals - tokenDecimals);
  const got = shares === 0n ? amountRaw * virtual : (amountRaw * (shares + virtual)) / (worthToEnterRaw + 1n);
  return `Gives about ${units(scale(got, decimals))} shares. Leaving takes a request and a delay.`;
}
