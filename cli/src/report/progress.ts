import { decodeAccountId, formatWad } from '@novate/sdk';
import pc from 'picocolors';
import type { PriceStep } from '../prices/pricePath.ts';
import type { BadDebt, Liquidation } from '../play/readLiquidations.ts';
import type { PlayListener } from '../play/playPrices.ts';
import { formatUsd } from './table.ts';

/** Tells a person what is going on. */
export interface Progress extends PlayListener {
  /** Runs a step under a label, and says how long it took. */
  task<T>(label: string, run: () => Promise<T>, detail?: (value: T) => string): Promise<T>;
  note(line: string): void;
  /** Removes the line that is written over and over. */
  clear(): void;
}

/** What progress needs of a stream. */
export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/**
 * On a terminal: coloured, with one line for prices that is written over. Elsewhere nothing but notes.
 * @param plain Elsewhere, a plain line for each step and each liquidation too.
 */
export function createProgress(stream: ProgressStream, plain = false): Progress {
  const live = stream.isTTY === true;
  const tells = live || plain;
  const colours = pc.createColors(live && pc.isColorSupported);
  const clear = (): void => {
    if (live) stream.write('\r\x1b[2K');
  };
  const note = (line: string): void => {
    clear();
    stream.write(`${line}\n`);
  };
  return {
    clear,
    note,
    async task(label, run, detail) {
      const start = performance.now();
      if (live) stream.write(`${colours.dim('·')} ${label} ...`);
      const value = await run();
      const seconds = ((performance.now() - start) / 1000).toFixed(1);
      const more = detail === undefined ? '' : `: ${detail(value)}`;
      if (tells) note(`${colours.green('✓')} ${label}${more} ${colours.dim(`(${seconds} s)`)}`);
      return value;
    },
    onPrice(step, index, count) {
      if (!live) return;
      clear();
      const place = count === undefined ? '' : `${colours.dim(`${index + 1}/${count}`)} `;
      stream.write(place + formatStep(step));
    },
    onLiquidation(liquidation) {
      if (tells) note(`${colours.yellow('liquidated')} ${formatLiquidation(liquidation)}`);
    },
    onBadDebt(badDebt) {
      if (tells) note(`${colours.red('bad debt')} ${formatBadDebt(badDebt)}`);
    },
  };
}

function formatStep({ timeMs, prices }: PriceStep): string {
  const time = new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
  const quotes = Object.entries(prices).map(
    ([symbol, price]) => `${symbol} ${formatUsd(formatWad(price, 8))}`,
  );
  return `${time}  ${quotes.join('  ')}`;
}

function formatLiquidation({
  account,
  equityBefore,
  maintenanceBefore,
  penalty,
  incentive,
  blockNumber,
}: Liquidation): string {
  const paid = `reward ${usd(penalty + incentive)}`;
  return `${shortAccount(account)} in block ${blockNumber}: equity ${usd(equityBefore)} < ${usd(maintenanceBefore)}, ${paid}`;
}

function formatBadDebt({ account, covered, remaining }: BadDebt): string {
  return `${shortAccount(account)}: insurance paid ${usd(covered)}, ${usd(remaining)} not covered`;
}

function usd(wad: bigint): string {
  return formatUsd(formatWad(wad));
}

function shortAccount(account: bigint): string {
  const { owner, subId } = decodeAccountId(account);
  return `${owner.slice(0, 8)}..${owner.slice(-4)}${subId === 0n ? '' : `/${subId}`}`;
}
