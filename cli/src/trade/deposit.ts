import { formatWad, NovateContractError } from '@novate/sdk';
import { parseAbi } from 'viem';
import { waitForTransactionReceipt, writeContract } from 'viem/actions';
import { UsageError } from '../usageError.ts';
import type { Desk } from './connect.ts';
import { execute } from './send.ts';

const mintAbi = parseAbi(['function mint(address to, uint256 amount)']);
const WAD_DECIMALS = 18;

export interface DepositInputs {
  readonly assetId: number;
  /** Wad. */
  readonly amount: bigint;
  /** Mints the tokens first: those of a local stack let anybody. */
  readonly mint: boolean;
}

export interface DepositOutcome {
  readonly assetId: number;
  readonly deposited: string;
  readonly cash: string;
  readonly transaction: string;
}

/** `novate trade deposit` */
export async function deposit(desk: Desk, inputs: DepositInputs): Promise<DepositOutcome> {
  const { novate, account } = desk;
  const { assetId, amount, mint } = inputs;
  const asset = (await novate.getAssets())[assetId];
  if (asset === undefined) {
    throw new UsageError(`--asset: there is no asset ${assetId}; 0 is cash, see the clearinghouse's assets`);
  }
  const amountRaw =
    asset.decimals <= WAD_DECIMALS
      ? amount / 10n ** BigInt(WAD_DECIMALS - asset.decimals)
      : amount * 10n ** BigInt(asset.decimals - WAD_DECIMALS);
  if (amountRaw === 0n) throw new UsageError(`--amount: is less than the token's smallest unit`);
  if (mint) await mintTokens(desk, asset.token, amountRaw);
  const { hash } = await execute(desk, (permit) =>
    novate.prepareDeposit({ account, assetId, amountRaw, permit }),
  );
  const { portfolio } = await novate.getPortfolio({ account });
  return { assetId, deposited: formatWad(amount), cash: formatWad(portfolio.cash), transaction: hash };
}

async function mintTokens({ client }: Desk, token: `0x${string}`, amountRaw: bigint): Promise<void> {
  try {
    const hash = await writeContract(client, {
      address: token,
      abi: mintAbi,
      functionName: 'mint',
      args: [client.account.address, amountRaw],
    });
    await waitForTransactionReceipt(client, { hash });
  } catch (error) {
    if (error instanceof NovateContractError) throw error;
    throw new Error(
      `token ${token} does not let anybody mint; leave out --mint and get the token elsewhere`,
      {
        cause: error,
      },
    );
  }
}
