import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { alignCandles } from '../src/prices/alignCandles.ts';
import { CANDLE_COLUMNS, parseCandles } from '../src/prices/parseCandles.ts';
import { pricePath } from '../src/prices/pricePath.ts';
import { readPriceFiles } from '../src/prices/readPriceFiles.ts';
import { UsageError } from '../src/usageError.ts';

const MINUTES_15 = 900_000;
const LINE_1 = '1759968000000,123306.01,123348.32,123030.02,123118.56,66.6747';
const LINE_2 = '1759968900000,123118.57,123269.82,123051.84,123062.25,67';

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).to.be.instanceOf(UsageError);
    expect(error).to.have.property('exitCode', 2);
    const message = error instanceof Error ? error.message : '';
    expect(message).not.to.include('\n');
    return message;
  }
  return 'no error';
}

describe('candle files', () => {
  it('are read to the last digit', () => {
    const candles = parseCandles(`${CANDLE_COLUMNS}\n${LINE_1}\n${LINE_2}\n`, 'btc.csv');
    expect(candles).to.deep.equal([
      {
        openTimeMs: 1759968000000,
        open: 12330601000000n,
        high: 12334832000000n,
        low: 12303002000000n,
        close: 12311856000000n,
      },
      {
        openTimeMs: 1759968900000,
        open: 12311857000000n,
        high: 12326982000000n,
        low: 12305184000000n,
        close: 12306225000000n,
      },
    ]);
  });

  it('may end their lines as Windows does, and with blank lines', () => {
    expect(parseCandles(`${CANDLE_COLUMNS}\r\n${LINE_1}\r\n\r\n`, 'x')).to.have.lengthOf(1);
  });

  const bad: readonly (readonly [string, string, string])[] = [
    ['an empty file', '', 'x.csv:1: expected the header "open_time_ms,open,high,low,close,volume", found ""'],
    ['another header', 'time,open\n', 'x.csv:1: expected the header'],
    ['no candles', `${CANDLE_COLUMNS}\n`, 'x.csv:2: expected at least one candle'],
    ['a missing column', `${CANDLE_COLUMNS}\n1,2,3\n`, 'x.csv:2: expected 6 columns'],
    ['a blank line inside', `${CANDLE_COLUMNS}\n${LINE_1}\n\n${LINE_2}\n`, 'x.csv:3: expected 6 columns'],
    ['a time in words', `${CANDLE_COLUMNS}\nnoon,1,1,1,1,1\n`, 'x.csv:2: expected open_time_ms'],
    ['a price of zero', `${CANDLE_COLUMNS}\n1,0,1,1,1,1\n`, 'x.csv:2: expected open to be a price > 0'],
    ['a negative price', `${CANDLE_COLUMNS}\n1,1,1,-1,1,1\n`, 'x.csv:2: expected low to be a price > 0'],
    ['an exponent', `${CANDLE_COLUMNS}\n1,1e3,1,1,1,1\n`, 'x.csv:2: expected open to be a price > 0'],
    [
      'too many digits',
      `${CANDLE_COLUMNS}\n1,1.123456789,2,1,1,1\n`,
      'x.csv:2: expected open to be a price > 0',
    ],
    [
      'a huge price',
      `${CANDLE_COLUMNS}\n1,1${'0'.repeat(12)},2,1,1,1\n`,
      'x.csv:2: expected open to be a price > 0',
    ],
    ['a negative volume', `${CANDLE_COLUMNS}\n1,1,1,1,1,-1\n`, 'x.csv:2: expected volume'],
    [
      'a high below the close',
      `${CANDLE_COLUMNS}\n1,1,1,1,2,1\n`,
      'x.csv:2: expected low <= open, close <= high',
    ],
    [
      'time standing still',
      `${CANDLE_COLUMNS}\n${LINE_1}\n${LINE_1}\n`,
      'x.csv:3: expected open_time_ms after',
    ],
  ];
  for (const [name, text, expected] of bad) {
    it(`with ${name} are refused in one line that says where`, () => {
      expect(messageOf(() => parseCandles(text, 'x.csv'))).to.include(expected);
    });
  }
});

describe('price files', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'prices-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const write = (name: string): string => {
    const path = join(folder, name);
    writeFileSync(path, `${CANDLE_COLUMNS}\n${LINE_1}\n`);
    return path;
  };
  const errorOf = async (paths: readonly string[]): Promise<string> => {
    const error: unknown = await readPriceFiles(paths).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return messageOf(() => {
      throw error;
    });
  };

  it('say by their names which underlying they are of', async () => {
    const series = await readPriceFiles([write('btc-usd.csv'), write('ETH_15m.csv')]);
    expect(series.map(({ symbol }) => symbol)).to.deep.equal(['BTC', 'ETH']);
  });

  it('are refused where the name does not say, where one comes twice, and where one is missing', async () => {
    expect(await errorOf([write('doge.csv')])).to.include(
      'expected a file name that begins with btc-, eth-, sol-',
    );
    expect(await errorOf([write('btc-1.csv'), write('btc-2.csv')])).to.include('BTC was given before');
    expect(await errorOf([join(folder, 'btc-none.csv')])).to.include('expected a readable CSV file (ENOENT)');
  });
});

describe('alignment', () => {
  const candle = (openTimeMs: number, close: bigint) => ({
    openTimeMs,
    open: close,
    high: close,
    low: close,
    close,
  });

  it('joins by time over the common span and carries prices over gaps', () => {
    const rows = alignCandles([
      { symbol: 'BTC', candles: [candle(1, 10n), candle(2, 11n), candle(3, 12n), candle(4, 13n)] },
      { symbol: 'ETH', candles: [candle(2, 20n), candle(4, 22n), candle(5, 23n)] },
    ]);
    expect(rows.map(({ openTimeMs }) => openTimeMs)).to.deep.equal([2, 3, 4]);
    expect(rows[1]?.candles).to.deep.equal({ BTC: candle(3, 12n), ETH: candle(3, 20n) });
  });

  it('keeps to the limits, and refuses an empty span', () => {
    const series = [{ symbol: 'BTC', candles: [candle(1, 10n), candle(2, 11n), candle(3, 12n)] }];
    expect(alignCandles(series, { fromMs: 2, toMs: 2 })).to.have.lengthOf(1);
    expect(messageOf(() => alignCandles(series, { fromMs: 9 }))).to.include('time span in common');
  });
});

describe('price path', () => {
  const at = (openTimeMs: number, open: bigint, high: bigint, low: bigint, close: bigint) => ({
    openTimeMs,
    candles: { BTC: { openTimeMs, open, high, low, close } },
  });
  const prices = (rows: Parameters<typeof pricePath>[0]) => pricePath(rows).map((step) => step.prices['BTC']);

  it('goes from the high to the low of a falling candle, and from the low to the high of a rising one', () => {
    expect(prices([at(0, 100n, 120n, 80n, 90n)])).to.deep.equal([100n, 120n, 80n, 90n]);
    expect(prices([at(0, 100n, 120n, 80n, 110n)])).to.deep.equal([100n, 80n, 120n, 110n]);
  });

  it('spreads four points over a candle and leaves out those that move nothing', () => {
    const steps = pricePath([at(0, 100n, 120n, 80n, 90n), at(MINUTES_15, 90n, 90n, 90n, 90n)]);
    expect(steps.map(({ timeMs }) => timeMs)).to.deep.equal([0, 225_000, 450_000, 675_000]);
  });

  it('does not stretch a candle over a gap in the data', () => {
    const rows = [at(0, 100n, 120n, 80n, 90n), at(4, 90n, 120n, 80n, 85n), at(400, 85n, 120n, 80n, 82n)];
    expect(pricePath(rows).map(({ timeMs }) => timeMs)).to.deep.equal([0, 1, 2, 3, 5, 6, 7, 401, 402, 403]);
  });
});
