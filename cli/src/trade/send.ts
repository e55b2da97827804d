import { decodeNovateLog, formatAccount, formatInstrument, formatWad } from '@novate/sdk';
import type { NovateLog, Prepared, SignedPermit } from '@novate/sdk';
import { send } from '@novate/sdk';
import type { Hash } from 'viem';
import { waitForTransactionReceipt } from 'viem/actions';
import { UNDERLYINGS } from '../local/underlyings.ts';
import type { Desk } from './connect.ts';

/** A trade of the account, as it happened. Decimal numbers are strings. */
export interface Fill {
  readonly instrument: string;
  /** + bought and - sold. */
  readonly size: string;
  readonly price: string;
  /** USD that the account paid. */
  readonly fee: string;
  /** "vault", or the account on the other side. */
  readonly with: string;
  readonly transaction: Hash;
}

export const NAMES = { underlyings: Object.fromEntries(UNDERLYINGS.map(({ id, symbol }) => [id, symbol])) };

/** Sends what is prepared, waits until it is mined and returns what it logged. @throws Error where it reverted */
export async function execute<Result>(
  { client, addresses }: Desk,
  prepare: (permit?: SignedPermit | false) => Promise<Prepared<Result>>,
): Promise<{ readonly hash: Hash; readonly logs: readonly NovateLog[] }> {
  const hash = await send(client, prepare);
  const receipt = await waitForTransactionReceipt(client, { hash });
  if (receipt.status !== 'success') {
    throw new Error(`transaction ${hash} reverted: the market moved meanwhile; try again`);
  }
  const logs = receipt.logs.flatMap((log) => decodeNovateLog(log, addresses) ?? []);
  return { hash, logs };
}

/** The account's own trades among logs. */
export function fillsIn(
  { account, addresses }: Desk,
  logs: readonly NovateLog[],
  transaction: Hash,
  of: bigint = account,
): Fill[] {
  return logs.flatMap((log) => {
    if (log.eventName !== 'Traded') return [];
    const { buyer, seller, instrument, size, price, buyerFee, sellerFee } = log.args;
    if (buyer !== of && seller !== of) return [];
    const bought = buyer === of;
    const other = bought ? seller : buyer;
    const isVault =
      addresses.liquidityVault !== undefined && other >> 96n === BigInt(addresses.liquidityVault);
    return [
      {
        instrument: formatInstrument(instrument, NAMES),
        size: formatWad(bought ? size : -size),
        price: formatWad(price),
        fee: formatWad(bought ? buyerFee : sellerFee),
        with: isVault ? 'vault' : formatAccount(other),
        transaction,
      },
    ];
  });
}

/** One line a fill. */
export function describeFill({ instrument, size, price, fee, with: other }: Fill): string {
  const [verb, units] = size.startsWith('-') ? ['sold', size.slice(1)] : ['bought', size];
  return `${verb} ${units} ${instrument} at ${price} (fee ${fee} USD, with ${other === 'vault' ? 'the vault' : other})`;
}
