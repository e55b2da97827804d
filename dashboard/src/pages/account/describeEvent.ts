import { decodeNovateLog } from '@novate/sdk';
import type { NovateAddresses, NovateLog } from '@novate/sdk';
import type { Hex, RpcLog } from 'viem';
import {
  instrumentIdName,
  price as formatPrice,
  shortAccount,
  shortHex,
  units,
  usd,
  usdSigned,
} from '../../format/format.ts';

/** What happened to an account, in a sentence. */
export interface HistoryEntry {
  readonly key: string;
  readonly block: number;
  readonly transaction: Hex;
  readonly text: string;
}

export interface Names {
  readonly symbolOf: (underlying: number) => string;
  /** Symbol and decimals of an asset. */
  readonly assetOf: (assetId: number) => { readonly symbol: string; readonly decimals: number };
}

export function toHistory(
  log: RpcLog,
  account: bigint,
  addresses: NovateAddresses,
  names: Names,
): HistoryEntry | undefined {
  let event: NovateLog | undefined;
  try {
    event = decodeNovateLog(log, addresses);
  } catch {
    // an event of a later release
  }
  const text = event && describe(event, account, names);
  if (text === undefined) return undefined;
  return {
    key: `${log.blockHash ?? ''}-${log.logIndex ?? ''}`,
    block: Number(log.blockNumber ?? 0),
    transaction: log.transactionHash ?? '0x',
    text,
  };
}

/** Undefined for events that others tell better. */
function describe(event: NovateLog, account: bigint, names: Names): string | undefined {
  const amount = (assetId: number, raw: bigint): string => {
    const { symbol, decimals } = names.assetOf(assetId);
    return units(Number(raw) / 10 ** decimals, symbol);
  };
  switch (event.eventName) {
    case 'Deposited':
      return `Deposited ${amount(event.args.assetId, event.args.amountRaw)}`;
    case 'Withdrawn':
      return `Withdrew ${amount(event.args.assetId, event.args.amountRaw)} to ${shortHex(event.args.to)}`;
    case 'Transferred': {
      const { from, to, assetId } = event.args;
      const sum = units(event.args.amount, names.assetOf(assetId).symbol);
      return from === account
        ? `Sent ${sum} to ${shortAccount(to)}`
        : `Received ${sum} from ${shortAccount(from)}`;
    }
    case 'Traded': {
      const { buyer, seller, instrument, size, price, buyerFee, sellerFee } = event.args;
      const bought = buyer === account;
      const what = `${units(size)} ${instrumentIdName(instrument, names.symbolOf)} at ${formatPrice(price)}`;
      const fee = usd(bought ? buyerFee : sellerFee);
      return `${bought ? 'Bought' : 'Sold'} ${what} ${bought ? 'from' : 'to'} ${shortAccount(bought ? seller : buyer)}, fee ${fee}`;
    }
    case 'BasketMoved': {
      const { from, to, cashToFrom } = event.args;
      const cash = usdSigned(from === account ? cashToFrom : -cashToFrom);
      return from === account
        ? `Holdings passed to ${shortAccount(to)}, cash ${cash}`
        : `Took over holdings of ${shortAccount(from)}, cash ${cash}`;
    }
    default:
      return describeRisk(event, account);
  }
}

function describeRisk(event: NovateLog, account: bigint): string | undefined {
  switch (event.eventName) {
    case 'Liquidated': {
      const { account: who, liquidator, equityBefore, maintenanceBefore, penalty, incentive } = event.args;
      if (who !== account) return `Liquidated ${shortAccount(who)}, reward ${usd(penalty + incentive)}`;
      return `Liquidated by ${shortAccount(liquidator)}: equity ${usd(equityBefore)} below ${usd(maintenanceBefore)}, penalty ${usd(penalty)}`;
    }
    case 'BadDebt':
      return `Bad debt: insurance paid ${usd(event.args.covered)}, ${usd(event.args.remaining)} left`;
    case 'Flagged':
      return `Flagged for liquidation: equity ${usd(event.args.equity)} below ${usd(event.args.maintenanceMargin)}`;
    case 'FlagCleared':
      return 'Liquidation flag cleared';
    case 'ProfileChanged':
      return `Risk profile ${event.args.profileId} chosen`;
    case 'OperatorSet':
      return `Operator ${shortHex(event.args.operator)} ${event.args.scopes === 0 ? 'revoked' : 'approved'}`;
    case 'OrderCancelled':
      return `Order ${event.args.nonce.toString()} cancelled`;
    case 'EpochAdvanced':
      return 'All open orders cancelled';
    default:
      return undefined;
  }
}
