import { Button } from '@mantine/core';
import { useDeployment } from '../../chain/ChainContext.tsx';
import type { AssetFigures } from '../../chain/snapshot.ts';
import { count } from '../../format/format.ts';
import { LOCAL_CHAIN_ID } from './localWallet.ts';
import { mint } from './order.ts';
import type { Trader } from './order.ts';
import type { Action } from './useAction.ts';

/** What the button mints, units. */
const TEST_UNITS = 100_000n;

interface TestTokensProps {
  readonly trader: Trader;
  readonly asset: AssetFigures | undefined;
  readonly action: Action;
}

/** Gives the wallet tokens on a local chain; nothing elsewhere. */
export function TestTokens({ trader, asset, action }: TestTokensProps) {
  const { chainId } = useDeployment();
  if (chainId !== LOCAL_CHAIN_ID) return null;
  const getTokens = (): void => {
    if (asset === undefined) return;
    void action.run(`Minting test ${asset.symbol} …`, async () => {
      await mint(trader.client, asset.token, trader.address, TEST_UNITS * 10n ** BigInt(asset.decimals));
      return `The wallet has ${count(TEST_UNITS)} ${asset.symbol} more.`;
    });
  };
  return (
    <Button variant="default" disabled={action.state.phase === 'working'} onClick={getTokens}>
      Get test tokens
    </Button>
  );
}
