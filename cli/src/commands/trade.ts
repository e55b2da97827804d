import type { Command } from 'commander';
import { connect } from '../trade/connect.ts';
import type { Desk, TradeOptions } from '../trade/connect.ts';
import { deposit } from '../trade/deposit.ts';
import { closingSize, trade } from '../trade/market.ts';
import type { Counterparty, MarketOutcome } from '../trade/market.ts';
import { amount, duration, percent, positive, signedSize, underlying } from '../trade/parse.ts';
import { formatPositions, readPositions } from '../trade/positions.ts';
import { cancel, executeDue, placeLimit, placeTrigger } from '../trade/rest.ts';
import { describeFill } from '../trade/send.ts';
import { UsageError } from '../usageError.ts';
import type { SetExitCode } from '../program.ts';

const EXAMPLES = `
Examples, with --rpc and --addresses as \`npm start\` prints them and --local-key 1 for one of Hardhat's keys:
  novate trade deposit --amount 10000 --mint
  novate trade market ETH --size 1.5
  novate trade limit ETH --size -1.5 --price 4200
  novate trade trigger ETH --size -1.5 --below 3700 --price 3600 --tip 5 --reduce-only
  novate trade trigger ETH --size -1.5 --above 4500 --price 4400 --keeper http://127.0.0.1:8600
  novate trade execute
  novate trade cancel --nonce 3
  novate trade close ETH
  novate trade positions --json

Signed orders that rest are kept in orders.json beside the addresses; the key is read from NOVATE_PRIVATE_KEY.`;

type Run<Options> = (desk: Desk, options: Options) => Promise<readonly [outcome: object, text: string]>;

/** `novate trade`. @param setExitCode Told 1 where a market order is not filled whole. */
export function addTradeCommand(program: Command, setExitCode: SetExitCode): void {
  const group = program
    .command('trade')
    .description('Deposit, trade perps with the vault or by signed orders, see positions.')
    .addHelpText('after', EXAMPLES);
  addDeposit(group);
  addMarket(group, setExitCode);
  addClose(group, setExitCode);
  addLimit(group);
  addTrigger(group);
  addExecute(group);
  addCancel(group);
  subcommand(group, 'positions', 'what the account has, needs, holds and has ordered').action(
    run(async (desk) => {
      const outcome = await readPositions(desk);
      return [outcome, formatPositions(outcome)];
    }),
  );
}

function subcommand(group: Command, name: string, description: string): Command {
  return group
    .command(name)
    .description(description)
    .requiredOption('--rpc <url>', 'JSON-RPC of the chain')
    .requiredOption('--addresses <file>', 'deployed_addresses.json of the deployment')
    .option('--sub-account <n>', "number of the key's account", '0')
    .option('--local-key <n>', "on a local chain: Hardhat's well-known key of this number")
    .option('--book <file>', 'file of signed orders that rest (default: orders.json beside the addresses)')
    .option('--json', 'print one JSON object');
}

/** Connects, runs and prints. */
function run<Options extends TradeOptions>(command: Run<Options>): (options: Options) => Promise<void> {
  return async (options) => {
    const desk = await connect(options);
    const [outcome, text] = await command(desk, options);
    process.stdout.write(`${options.json === true ? JSON.stringify(outcome, undefined, 2) : text}\n`);
  };
}

/** As `run`, for commands that name an underlying. */
function runOn<Options extends TradeOptions>(
  command: (desk: Desk, id: number, options: Options) => ReturnType<Run<Options>>,
): (name: string, options: Options) => Promise<void> {
  return async (name, options) => {
    const id = underlying(name);
    await run<Options>((desk) => command(desk, id, options))(options);
  };
}

function addDeposit(group: Command): void {
  interface Options extends TradeOptions {
    readonly amount: string;
    readonly asset: string;
    readonly mint?: boolean;
  }
  subcommand(group, 'deposit', 'put a token into the account')
    .requiredOption('--amount <n>', 'how much, in whole tokens')
    .option('--asset <n>', "the asset's number; 0 is cash", '0')
    .option('--mint', 'mint the tokens first, which those of a local stack let anybody do')
    .action(
      run<Options>(async (desk, { amount: text, asset, mint = false }) => {
        if (!/^\d{1,2}$/.test(asset)) throw new UsageError(`--asset: expected a number, found "${asset}"`);
        const inputs = { assetId: Number(asset), amount: positive('--amount', text), mint };
        const outcome = await deposit(desk, inputs);
        return [outcome, `deposited ${outcome.deposited}; the account has ${outcome.cash} USD of cash`];
      }),
    );
}

interface MarketOptions extends TradeOptions {
  readonly size?: string;
  readonly slippage: string;
  readonly from: string;
}

function withMarketOptions(command: Command): Command {
  return command
    .option('--slippage <percent>', 'how much worse than the mark the price may be', '1')
    .option('--from <where>', 'best, vault or book', 'best');
}

function addMarket(group: Command, setExitCode: SetExitCode): void {
  const command = subcommand(group, 'market', 'trade now: with the best orders of the book and the vault')
    .argument('<underlying>', 'BTC, ETH, SOL, or its number')
    .requiredOption('--size <n>', 'units; + buys and - sells');
  withMarketOptions(command).action(
    runOn<MarketOptions>(async (desk, id, options) => {
      const size = signedSize('--size', options.size ?? '');
      return take(desk, id, size, options, false, setExitCode);
    }),
  );
}

function addClose(group: Command, setExitCode: SetExitCode): void {
  const command = subcommand(group, 'close', 'close a position, or part of it, now')
    .argument('<underlying>', 'BTC, ETH, SOL, or its number')
    .option('--size <n>', 'units to close; all unless given');
  withMarketOptions(command).action(
    runOn<MarketOptions>(async (desk, id, options) => {
      const part = options.size === undefined ? undefined : positive('--size', options.size);
      const size = await closingSize(desk, id, part);
      return take(desk, id, size, options, true, setExitCode);
    }),
  );
}

async function take(
  desk: Desk,
  id: number,
  size: bigint,
  { slippage, from }: MarketOptions,
  reduceOnly: boolean,
  setExitCode: SetExitCode,
): Promise<readonly [MarketOutcome, string]> {
  if (!isCounterparty(from)) throw new UsageError(`--from: expected best, vault or book, found "${from}"`);
  const inputs = { underlying: id, size, slippageBps: percent('--slippage', slippage), from, reduceOnly };
  const outcome = await trade(desk, inputs);
  const lines = [
    ...outcome.fills.map(describeFill),
    ...outcome.refused.map((reason) => `an order of the book was refused: ${reason}`),
    ...(outcome.unfilled === '0'
      ? []
      : [`not filled: ${outcome.unfilled}; nobody trades it at this price now`]),
    `position: ${outcome.position}`,
  ];
  if (outcome.unfilled !== '0') setExitCode(1);
  return [outcome, lines.join('\n')];
}

function isCounterparty(text: string): text is Counterparty {
  return text === 'best' || text === 'vault' || text === 'book';
}

interface RestOptions extends TradeOptions {
  readonly size: string;
  readonly price: string;
  readonly expires: string;
  readonly reduceOnly?: boolean;
}

function withRestOptions(command: Command): Command {
  return command
    .argument('<underlying>', 'BTC, ETH, SOL, or its number')
    .requiredOption('--size <n>', 'units; + buys and - sells')
    .requiredOption('--price <usd>', 'the worst price per unit')
    .option('--expires <time>', 'how long it is valid, such as 30m, 12h or 7d', '1d')
    .option('--reduce-only', 'fill only what brings the position toward zero');
}

function restInputs(id: number, { size, price, expires, reduceOnly = false }: RestOptions) {
  return {
    underlying: id,
    size: signedSize('--size', size),
    limitPrice: positive('--price', price),
    lifetimeSec: duration('--expires', expires),
    reduceOnly,
  };
}

function addLimit(group: Command): void {
  interface Options extends RestOptions {
    readonly postOnly?: boolean;
  }
  withRestOptions(subcommand(group, 'limit', 'sign an order; what crosses trades now, the rest rests'))
    .option('--post-only', 'never take: rest, or be refused')
    .action(
      runOn<Options>(async (desk, id, options) => {
        const { postOnly = false } = options;
        const outcome = await placeLimit(desk, { ...restInputs(id, options), postOnly });
        const lines = [
          ...outcome.fills.map(describeFill),
          ...outcome.refused.map((reason) => `an order of the book was refused: ${reason}`),
          outcome.resting === '0'
            ? `order ${outcome.nonce} is filled`
            : `order ${outcome.nonce} rests with ${outcome.resting} in ${outcome.book}`,
        ];
        return [outcome, lines.join('\n')];
      }),
    );
}

function addTrigger(group: Command): void {
  interface Options extends RestOptions {
    readonly below?: string;
    readonly above?: string;
    readonly tip: string;
    readonly nonce?: string;
    readonly keeper?: string;
  }
  withRestOptions(subcommand(group, 'trigger', 'sign a stop-loss or take-profit that anyone may execute'))
    .option('--below <usd>', 'execute once the index is at this price or below')
    .option('--above <usd>', 'execute once the index is at this price or above')
    .option('--tip <usd>', 'what whoever executes it gets out of your cash', '2')
    .option('--nonce <n>', 'share it with another order: when one is filled the other is off')
    .option('--keeper <url>', 'leave it with the keeper that takes orders there')
    .action(
      runOn<Options>(async (desk, id, options) => {
        const { below, above, tip, nonce, keeper } = options;
        if ((below === undefined) === (above === undefined)) {
          throw new UsageError('give either --below or --above: the index price at which to execute');
        }
        if (nonce !== undefined && !/^\d{1,20}$/.test(nonce)) {
          throw new UsageError(`--nonce: expected a whole number, found "${nonce}"`);
        }
        const outcome = await placeTrigger(desk, {
          ...restInputs(id, options),
          triggerPrice: positive(above === undefined ? '--below' : '--above', above ?? below ?? ''),
          above: above !== undefined,
          tip: amount('--tip', tip),
          nonce: nonce === undefined ? undefined : BigInt(nonce),
          keeper: keeper === undefined ? undefined : keeperUrl(keeper),
        });
        const where = outcome.keeper === null ? outcome.book : `${outcome.book} and with the keeper`;
        const text = `order ${outcome.nonce} waits for an index at ${outcome.triggerPrice} or ${outcome.direction}, in ${where}`;
        return [outcome, text];
      }),
    );
}

/** @throws UsageError */
function keeperUrl(text: string): string {
  if (/^https?:\/\/[^/]/.test(text) && URL.canParse(text)) return text;
  throw new UsageError(`--keeper: expected a URL such as http://127.0.0.1:8600, found "${text}"`);
}

function addExecute(group: Command): void {
  subcommand(group, 'execute', 'execute the trigger orders of the book that are due, for their tips').action(
    run(async (desk) => {
      const outcome = await executeDue(desk);
      const lines = [
        ...outcome.executed.flatMap(({ fills }) => fills.map(describeFill)),
        ...outcome.refused.map((reason) => `refused: ${reason}`),
        `${outcome.executed.length} executed for ${outcome.tips} USD, ${outcome.waiting} not due`,
      ];
      return [outcome, lines.join('\n')];
    }),
  );
}

function addCancel(group: Command): void {
  interface Options extends TradeOptions {
    readonly nonce?: string;
    readonly all?: boolean;
  }
  subcommand(group, 'cancel', 'cancel an order for good, or all that were signed so far')
    .option('--nonce <n>', "the order's number")
    .option('--all', 'every order of the account')
    .action(
      run<Options>(async (desk, { nonce, all = false }) => {
        if ((nonce === undefined) !== all) throw new UsageError('give either --nonce or --all');
        if (nonce !== undefined && !/^\d{1,20}$/.test(nonce)) {
          throw new UsageError(`--nonce: expected a whole number, found "${nonce}"`);
        }
        const outcome = await cancel(desk, nonce === undefined ? undefined : BigInt(nonce));
        return [outcome, `cancelled; ${outcome.cancelled} orders left the book`];
      }),
    );
}
