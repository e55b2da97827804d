// Prices as they move from block to block: a fitted walk, or the returns of real candles, in their order.
import { createRandom } from '../../../cli/src/random.ts';
import { alignCandles, readPriceFiles } from '../../../cli/src/prices/index.ts';

const CANDLE_SEC = 7_200;
/** Degrees of freedom: the quantiles of two-hour returns of BTC, ETH and SOL from 2017 to 2023 lie between those of 3 and 4. */
const DEGREES = 3;

/** An underlying of the walk. @property vol Standard deviation of two-hour log returns. @property beta Share that moves with all. */
export interface Mover {
  readonly symbol: string;
  readonly vol: number;
  readonly beta: number;
}

/** Log returns of every mover over one tick. */
export type ReturnSource = () => Float64Array;

/** Student's t returns with a common factor, scaled to ticks by the root of time: tails stay as fat as those of two hours. */
export function fittedWalk(movers: readonly Mover[], tickSec: number, seed: number): ReturnSource {
  const random = createRandom(seed);
  const scale = Math.sqrt(tickSec / CANDLE_SEC);
  const draw = (): number => {
    let chi = 0;
    for (let i = 0; i < DEGREES; ++i) chi += random.normal() ** 2;
    // over its own standard deviation, sqrt(n / (n - 2))
    return random.normal() / Math.sqrt(chi / DEGREES) / Math.sqrt(DEGREES / (DEGREES - 2));
  };
  return () => {
    const common = draw();
    return Float64Array.from(
      movers,
      ({ vol, beta }) => vol * scale * (beta * common + Math.sqrt(1 - beta * beta) * draw()),
    );
  };
}

/** The returns of candle files, one candle per tick, scaled by the root of time; movers without a file follow the first one. */
export async function candleWalk(
  paths: readonly string[],
  movers: readonly Mover[],
  tickSec: number,
): Promise<ReturnSource> {
  const rows = alignCandles(await readPriceFiles(paths));
  const scale = Math.sqrt(tickSec / CANDLE_SEC);
  let at = 0;
  return () => {
    at = (at % (rows.length - 1)) + 1;
    const [before, now] = [rows[at - 1]?.candles ?? {}, rows[at]?.candles ?? {}];
    const first = Object.keys(now)[0] ?? '';
    return Float64Array.from(movers, ({ symbol }) => {
      const key = symbol in now ? symbol : first;
      return scale * Math.log(Number(now[key]?.close ?? 1n) / Number(before[key]?.close ?? 1n));
    });
  };
}
