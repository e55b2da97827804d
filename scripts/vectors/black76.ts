// Writes test/vectors/black76.json: what calls are worth by Black's formula, from arithmetic of 60 digits that shares nothing
// with the contract or its twin, and the exact integers that both return. `node scripts/vectors/black76.ts`
import { writeFileSync } from 'node:fs';
import { black76CallAndDelta } from '../../sdk/src/risk/options/black76.ts';

const FILE = new URL('../../test/vectors/black76.json', import.meta.url);
const SCALE = 10n ** 60n;
const WAD = 10n ** 18n;
const TO_SCALE = SCALE / WAD;

// ------------------------------------------------------------------------------------------------ 60 digits

const times = (a: bigint, b: bigint): bigint => (a * b) / SCALE;
const over = (a: bigint, b: bigint): bigint => (a * SCALE) / b;

function squareRoot(x: bigint): bigint {
  const target = x * SCALE;
  let root = 1n << BigInt(Math.ceil(target.toString(2).length / 2));
  for (;;) {
    const next = (root + target / root) >> 1n;
    if (next >= root) return root;
    root = next;
  }
}

/** 2 * artanh(y). */
function logarithmOfRatio(y: bigint): bigint {
  let sum = 0n;
  let power = y;
  for (let k = 1n; power !== 0n; k += 2n) {
    sum += power / k;
    power = times(times(power, y), y);
  }
  return 2n * sum;
}

const LN2 = logarithmOfRatio(SCALE / 3n);

function logarithm(x: bigint): bigint {
  let halvings = 0n;
  let y = x;
  for (; y > (SCALE * 3n) / 2n; halvings++) y /= 2n;
  for (; y < (SCALE * 3n) / 4n; halvings--) y *= 2n;
  return halvings * LN2 + logarithmOfRatio(over(y - SCALE, y + SCALE));
}

function exponential(x: bigint): bigint {
  let halvings = x / LN2;
  if (x < 0n) halvings -= 1n;
  const rest = x - halvings * LN2;
  let sum = 0n;
  let term = SCALE;
  for (let k = 1n; term !== 0n; k++) {
    sum += term;
    term = times(term, rest) / k;
  }
  return halvings < 0n ? sum >> -halvings : sum << halvings;
}

/** pi by Machin's formula. */
const PI = ((): bigint => {
  const arctangentOfInverse = (n: bigint): bigint => {
    let sum = 0n;
    let power = SCALE / n;
    for (let k = 1n, sign = 1n; power !== 0n; k += 2n, sign = -sign) {
      sum += (sign * power) / k;
      power /= n * n;
    }
    return sum;
  };
  return 4n * (4n * arctangentOfInverse(5n) - arctangentOfInverse(239n));
})();
const ROOT_OF_2PI = squareRoot(2n * PI);

const density = (z: bigint): bigint => over(exponential(-times(z, z) / 2n), ROOT_OF_2PI);

/** N(-z) for z >= 0: near 0 by the series of N(z) - 1/2, whose terms are all positive, farther out by Laplace's fraction. */
function upperTail(z: bigint): bigint {
  if (z < 5n * SCALE) {
    let sum = 0n;
    let term = z;
    for (let k = 1n; term !== 0n; k += 2n) {
      sum += term;
      term = times(times(term, z), z) / (k + 2n);
    }
    return SCALE / 2n - times(density(z), sum);
  }
  let fraction = z;
  for (let k = 1000n; k >= 1n; k--) fraction = z + over(k * SCALE, fraction);
  return over(density(z), fraction);
}

const normal = (z: bigint): bigint => (z < 0n ? upperTail(-z) : SCALE - upperTail(z));

function reference(forward: bigint, strike: bigint, s: bigint): { value: bigint; nd1: bigint } {
  const [f, k, deviation] = [forward * TO_SCALE, strike * TO_SCALE, s * TO_SCALE];
  if (s === 0n) {
    const nd1 = forward === strike ? WAD / 2n : forward > strike ? WAD : 0n;
    return { value: forward > strike ? forward - strike : 0n, nd1 };
  }
  const d1 = over(logarithm(over(f, k)), deviation) + deviation / 2n;
  const n1 = normal(d1);
  const value = times(f, n1) - times(k, normal(d1 - deviation));
  return { value: (value + TO_SCALE / 2n) / TO_SCALE, nd1: (n1 + TO_SCALE / 2n) / TO_SCALE };
}

/** ln(forward / strike) as the engine has it: the difference of two logarithms rounded down. */
function moneynessOf(forward: bigint, strike: bigint): bigint {
  const floor = (x: bigint): bigint => (x < 0n ? (x - TO_SCALE + 1n) / TO_SCALE : x / TO_SCALE);
  return floor(logarithm(forward * TO_SCALE)) - floor(logarithm(strike * TO_SCALE));
}

// ------------------------------------------------------------------------------------------------ points

interface Point {
  readonly forward: bigint;
  readonly strike: bigint;
  readonly s: bigint;
}

/** sigma * sqrt(tau) of a volatility in percent over some seconds. */
const deviationOf = (percent: bigint, seconds: bigint): bigint =>
  (percent * squareRoot((seconds * SCALE) / 31_536_000n)) / (100n * TO_SCALE);

const MINUTE = 60n;
const DAY = 86_400n;
const TIMES = [MINUTE, 3_600n, DAY, 7n * DAY, 30n * DAY, 180n * DAY, 365n * DAY, 1_095n * DAY];
const VOLS = [1n, 20n, 60n, 100n, 200n, 500n];
/** Strikes in per mille of the forward. */
const STRIKES = [10n, 200n, 700n, 950n, 1_000n, 1_050n, 1_400n, 5_000n, 100_000n];

function* points(): Generator<Point> {
  const forward = 3_141_592653589793238462n;
  for (const seconds of TIMES) {
    for (const percent of VOLS) {
      const s = deviationOf(percent, seconds);
      for (const perMille of STRIKES) yield { forward, strike: (forward * perMille) / 1000n, s };
      // where the value is neither 0 nor intrinsic: half and three and a half standard deviations off the forward
      for (const halves of [-7n, -1n, 1n, 7n]) {
        const factor = exponential((halves * s * TO_SCALE) / 2n) / TO_SCALE;
        const strike = (forward * factor) / WAD;
        if (strike > forward / 100n && strike < 100n * forward) yield { forward, strike, s };
      }
    }
  }
  yield* corners();
}

function* corners(): Generator<Point> {
  const most = (1n << 128n) - 1n;
  const deviations = [0n, 1n, 10n ** 6n, 10n ** 9n, 10n ** 15n, WAD, WAD + 1n, 5n * WAD, 24n * WAD];
  for (const s of deviations) {
    for (const [forward, strike] of [
      [1n, 1n],
      [1n, most],
      [most, 1n],
      [most, most],
      [most, most - 1n],
      [WAD, WAD],
      [100_000n * WAD, 100_001n * WAD],
      [100_000n * WAD, 99_999n * WAD],
    ] as const) {
      yield { forward, strike, s };
    }
  }
}

// ------------------------------------------------------------------------------------------------ the file

const rows = [...points()].map(({ forward, strike, s }) => {
  const lnMoneyness = moneynessOf(forward, strike);
  const exact = reference(forward, strike, s);
  const { value, nd1 } = black76CallAndDelta(forward, strike, lnMoneyness, s);
  return { forward, strike, lnMoneyness, s, exactValue: exact.value, exactNd1: exact.nd1, value, nd1 };
});
const column = (name: keyof (typeof rows)[number]): string[] => rows.map((row) => String(row[name]));

writeFileSync(
  FILE,
  `${JSON.stringify(
    {
      description:
        'Calls by Black-76; integers in strings, wad, that belong together by position. exactValue and exactNd1 are the formula, rounded; value and nd1 are what the contract and its twin return, to the wei. Written by scripts/vectors/black76.ts.',
      count: String(rows.length),
      forwards: column('forward'),
      strikes: column('strike'),
      lnMoneyness: column('lnMoneyness'),
      deviations: column('s'),
      exactValues: column('exactValue'),
      exactNd1s: column('exactNd1'),
      values: column('value'),
      nd1s: column('nd1'),
    },
    null,
    2,
  )}\n`,
);

const abs = (x: bigint): bigint => (x < 0n ? -x : x);
const worst = (error: (row: (typeof rows)[number]) => number): string =>
  Math.max(...rows.map(error)).toExponential(3);
console.log(`${rows.length} vectors`);
console.log(
  `largest error of value / forward: ${worst((r) => Number(abs(r.value - r.exactValue) - 1n) / Number(r.forward))}`,
);
const graded = rows.filter(({ s }) => s === 0n || s >= 10n ** 12n);
console.log(
  `largest error of nd1 from s = 1e-6 on: ${Math.max(...graded.map((r) => Number(abs(r.nd1 - r.exactNd1)) / 1e18)).toExponential(3)}`,
);
