import { Button, Group, Select, TextInput } from '@mantine/core';
import { parseWad, sendDeposit } from '@novate/sdk';
import { useQuery } from '@tanstack/react-query';
import { erc20Abi } from 'viem';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import type { AssetFigures } from '../../chain/snapshot.ts';
import { count, units } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { ActionResult } from './ActionResult.tsx';
import { accountOf, confirm } from './order.ts';
import type { Trader } from './order.ts';
import { TestTokens } from './TestTokens.tsx';
import { useAction } from './useAction.ts';

export function DepositForm({ trader }: { trader: Trader }) {
  const deployment = useDeployment();
  const { snapshot } = useChain();
  const [assetId, setAssetId] = useState('0');
  const [amount, setAmount] = useState('');
  const [error, setError] = useState<string>();
  const action = useAction();
  const assets = snapshot?.assets ?? [];
  const asset = assets[Number(assetId)];
  const balance = useBalance(trader, asset);
  const busy = action.state.phase === 'working';

  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const amountRaw = asset && parseAmount(amount, asset.decimals);
    setError(amountRaw === undefined ? 'Not an amount: write a number greater than 0.' : undefined);
    if (asset === undefined || amountRaw === undefined) return;
    void action.run('Waiting for the wallet …', async (say) => {
      const parameters = { account: accountOf(trader), assetId: asset.assetId, amountRaw };
      const hash = await sendDeposit(trader.client, deployment.addresses, parameters);
      say('Sent; waiting for the block …');
      return `Deposited ${amount} ${asset.symbol} in block ${count(await confirm(trader.client, hash))}.`;
    });
  };
  return (
    <Panel
      title="Deposit"
      note={asset && `The wallet holds ${balance === undefined ? '…' : units(balance, asset.symbol)}.`}
    >
      <form onSubmit={submit} noValidate aria-label="Deposit">
        <DepositFields
          assets={assets}
          asset={asset}
          amount={amount}
          error={error}
          onAsset={setAssetId}
          onAmount={setAmount}
        />
        <Group mt="md">
          <Button type="submit" disabled={busy}>
            Deposit
          </Button>
          <TestTokens trader={trader} asset={asset} action={action} />
        </Group>
      </form>
      <ActionResult state={action.state} />
    </Panel>
  );
}

interface FieldsProps {
  readonly assets: readonly AssetFigures[];
  readonly asset: AssetFigures | undefined;
  readonly amount: string;
  readonly error: string | undefined;
  readonly onAsset: (assetId: string) => void;
  readonly onAmount: (amount: string) => void;
}

function DepositFields({ assets, asset, amount, error, onAsset, onAmount }: FieldsProps) {
  return (
    <div className="form-grid">
      <Select
        label="Asset"
        data={assets.map(({ assetId: id, symbol }) => ({ value: String(id), label: symbol }))}
        value={String(asset?.assetId ?? 0)}
        onChange={(value) => onAsset(value ?? '0')}
        allowDeselect={false}
      />
      <TextInput
        label={`Amount${asset === undefined ? '' : `, ${asset.symbol}`}`}
        inputMode="decimal"
        placeholder="0.00"
        value={amount}
        error={error}
        onChange={(event) => onAmount(event.currentTarget.value)}
      />
    </div>
  );
}

/** Raw units; undefined where it is no number above 0. */
export function parseAmount(text: string, decimals: number): bigint | undefined {
  try {
    const raw = parseWad(text.trim().replaceAll(',', ''), decimals);
    return raw > 0n ? raw : undefined;
  } catch {
    return undefined;
  }
}

/** The wallet's tokens, units. */
export function useBalance({ address }: Trader, asset: AssetFigures | undefined): number | undefined {
  const { client, settings } = useDeployment();
  const { snapshot } = useChain();
  const { data } = useQuery({
    queryKey: ['balance', settings, address, asset?.token, snapshot?.block],
    enabled: asset !== undefined,
    placeholderData: (known: number | undefined) => known,
    queryFn: async () => {
      if (asset === undefined) return 0;
      const raw = await client.readContract({
        address: asset.token,
        abi: erc20Abi,
        functionName: 'balanceOf',
        args: [address],
      });
      return Number(raw) / 10 ** asset.decimals;
    },
  });
  return data;
}
