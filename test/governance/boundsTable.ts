import { PRESETS, profileToStruct } from '@novate/sdk';
import type { Address } from 'viem';
import type { World } from './world.ts';

/**
 * A call that is refused whoever makes it. @property error With the values that it must carry. @property after What the
 * guardian does before, as `[function, arguments]`.
 */
export interface Refusal {
  readonly args: (world: World) => readonly unknown[];
  readonly error: (world: World) => readonly [name: string, ...values: unknown[]];
  readonly after?: (world: World) => readonly [name: string, args: readonly unknown[]];
}

/** The hard bounds of a setter. @property within Arguments at the very bounds, which it takes. */
export interface Bounds {
  readonly refused: readonly Refusal[];
  readonly within: readonly ((world: World) => readonly unknown[])[];
}

/** A setter without numbers to bound, and why. */
export interface Unbounded {
  readonly unbounded: string;
}

const WAD = 10n ** 18n;
const [ETH, WETH_ID, UNLISTED] = [2, 1, 9];
const PERP_CAP = 500_000n * WAD;
const DATED_CAP = 50_000n * WAD;
const WETH_CAP = 200_000n * WAD;
const VAULT_CAP = 1_200n * WAD;
const MAX_96 = 2n ** 96n - 1n;
const MAX_128 = 2n ** 128n - 1n;
const [HOUR, DAY] = [3_600n, 86_400n];

type Values = readonly unknown[];
const fixed = (
  args: Values,
  error: readonly [string, ...unknown[]],
  after?: readonly [string, Values],
): Refusal => ({
  args: () => args,
  error: () => error,
  ...(after === undefined ? {} : { after: () => after }),
});
const invalid = (field: string, value: bigint, min: bigint, max: bigint) =>
  ['InvalidConfig', field, value, min, max] as const;

/** A cap that may fall and not rise, a switch that may go off and not on. */
function tightening(
  name: string,
  id: number,
  field: string,
  cap: bigint,
  unknown: readonly [string, unknown],
): Bounds {
  return {
    refused: [
      fixed([id, true, cap + 1n], invalid(field, cap + 1n, 0n, cap)),
      fixed([id, true, 5n], invalid(field, 5n, 0n, 4n), [name, [id, true, 4n]]),
      fixed([id, true, 4n], invalid('enabled', 1n, 0n, 0n), [name, [id, false, 4n]]),
      fixed([UNLISTED, false, 0n], unknown),
    ],
    within: [
      () => [id, true, cap],
      () => [id, true, cap - 1n],
      () => [id, false, cap],
      () => [id, false, 0n],
    ],
  };
}

const perp = {
  enabled: true,
  openInterestCap: MAX_96,
  premiumDepthUsd: 10n ** 12n,
  priceBandBps: 1_000n,
  scaleFromBps: 9_999n,
  scaleToBps: 10_000n,
};
const leastPerp = {
  enabled: false,
  openInterestCap: 0n,
  premiumDepthUsd: 1_000n,
  priceBandBps: 10n,
  scaleFromBps: 0n,
  scaleToBps: 0n,
};
const badPerp = (field: keyof typeof perp, value: bigint, min: bigint, max: bigint): Refusal =>
  fixed([ETH, { ...perp, [field]: value }], invalid(field, value, min, max));

const SET_PERP: Bounds = {
  refused: [
    fixed([0, perp], invalid('underlying', 0n, 1n, 4_095n)),
    fixed([4_096, perp], invalid('underlying', 4_096n, 1n, 4_095n)),
    badPerp('openInterestCap', MAX_96 + 1n, 0n, MAX_96),
    badPerp('premiumDepthUsd', 999n, 1_000n, 10n ** 12n),
    badPerp('premiumDepthUsd', 10n ** 12n + 1n, 1_000n, 10n ** 12n),
    badPerp('priceBandBps', 9n, 10n, 1_000n),
    badPerp('priceBandBps', 1_001n, 10n, 1_000n),
    badPerp('scaleToBps', 10_001n, 0n, 10_000n),
    badPerp('scaleFromBps', 10_000n, 0n, 9_999n),
    fixed([ETH, { ...perp, scaleToBps: 0n, scaleFromBps: 1n }], invalid('scaleFromBps', 1n, 0n, 0n)),
    fixed([UNLISTED, perp], ['UnknownUnderlying', UNLISTED]),
  ],
  within: [() => [ETH, perp], () => [ETH, leastPerp]],
};

const dated = { enabled: true, openInterestCap: MAX_96, priceBandBps: 2_000n };
const SET_DATED: Bounds = {
  refused: [
    fixed([0, dated], invalid('underlying', 0n, 1n, 4_095n)),
    fixed([4_096, dated], invalid('underlying', 4_096n, 1n, 4_095n)),
    fixed(
      [ETH, { ...dated, openInterestCap: MAX_96 + 1n }],
      invalid('openInterestCap', MAX_96 + 1n, 0n, MAX_96),
    ),
    fixed([ETH, { ...dated, priceBandBps: 9n }], invalid('priceBandBps', 9n, 10n, 2_000n)),
    fixed([ETH, { ...dated, priceBandBps: 2_001n }], invalid('priceBandBps', 2_001n, 10n, 2_000n)),
    fixed([UNLISTED, dated], ['UnknownUnderlying', UNLISTED]),
  ],
  within: [() => [ETH, dated], () => [ETH, { enabled: false, openInterestCap: 0n, priceBandBps: 10n }]],
};

const tokenOf = (token: Address) => BigInt(token);
const SET_ASSET: Bounds = {
  refused: [
    {
      args: (w) => [WETH_ID, w.fixtures.weth, ETH, true, MAX_128 + 1n],
      error: () => invalid('cap', MAX_128 + 1n, 0n, MAX_128),
    },
    {
      args: (w) => [WETH_ID, w.fixtures.usdc, ETH, true, 0n],
      error: ({ fixtures: { weth, usdc } }) => invalid('token', tokenOf(usdc), tokenOf(weth), tokenOf(weth)),
    },
    {
      args: (w) => [3, w.fixtures.weth, ETH, true, 0n],
      error: (w) => invalid('token', tokenOf(w.fixtures.weth), 0n, 0n),
    },
    {
      args: (w) => [3, w.fixtures.ethFeed, 0, true, 0n],
      error: () => invalid('underlying', 0n, 1n, 4_095n),
    },
    {
      args: (w) => [3, w.fixtures.ethFeed, 4_096, true, 0n],
      error: () => invalid('underlying', 4_096n, 1n, 4_095n),
    },
    { args: (w) => [4, w.fixtures.weth, ETH, true, 0n], error: () => ['UnknownAsset', 4] },
    {
      args: (w) => [3, w.people.stranger, ETH, true, 0n],
      error: (w) => ['NotAContract', w.people.stranger],
    },
    // an aggregator has decimals and no balances; one of the underlying that has no price is refused before
    {
      args: (w) => [3, w.fixtures.ethFeed, UNLISTED, true, 0n],
      error: () => ['UnknownUnderlying', UNLISTED],
    },
    {
      args: (w) => [3, w.addressOf('MarginLens'), ETH, true, 0n],
      error: (w) => ['TokenNotAnswering', w.addressOf('MarginLens')],
    },
  ],
  within: [
    (w) => [WETH_ID, w.fixtures.weth, ETH, true, MAX_128],
    (w) => [WETH_ID, w.fixtures.weth, ETH, false, 0n],
  ],
};

const SET_MODULE: Bounds = {
  refused: [
    {
      args: (w) => [w.addressOf('OrderMatcher'), 4, 0, 0n],
      error: () => invalid('roles', 4n, 0n, 3n),
    },
    {
      args: (w) => [w.addressOf('OrderMatcher'), 1, 10_001, 0n],
      error: () => invalid('insuranceShareBps', 10_001n, 0n, 10_000n),
    },
    { args: (w) => [w.people.stranger, 1, 0, 0n], error: (w) => ['NotAContract', w.people.stranger] },
  ],
  within: [(w) => [w.addressOf('OrderMatcher'), 3, 10_000, 0n], (w) => [w.people.stranger, 0, 0, 0n]],
};

const standard = profileToStruct(PRESETS.standard);
const badProfile = (
  change: Partial<typeof standard>,
  field: string,
  value: bigint,
  min: bigint,
  max: bigint,
) => fixed([0n, { ...standard, ...change }], ['InvalidProfile', field, value, min, max]);
const BELOW_ONE = WAD - 10n ** 12n;
const [scenario] = standard.scenarios;
if (scenario === undefined) throw new Error('a profile without scenarios');

// every field of a profile has its bounds tested beside the engine
const SET_PROFILE: Bounds = {
  refused: [
    badProfile({ rho: WAD }, 'rho', WAD, 0n, BELOW_ONE),
    badProfile({ mmFactor: WAD / 2n - 10n ** 12n }, 'mmFactor', WAD / 2n - 10n ** 12n, WAD / 2n, WAD),
    badProfile({ mmFactor: WAD + 10n ** 12n }, 'mmFactor', WAD + 10n ** 12n, WAD / 2n, WAD),
    badProfile({ defaultScanRange: 0n }, 'defaultScanRange', 0n, WAD / 100n, WAD),
    badProfile({ scenarios: [] }, 'scenarios', 0n, 1n, 64n),
    badProfile({ scenarios: Array.from({ length: 65 }, () => scenario) }, 'scenarios', 65n, 1n, 64n),
  ],
  within: [
    () => [0n, { ...standard, mmFactor: WAD / 2n, defaultScanRange: WAD / 100n }],
    () => [0n, { ...standard, mmFactor: WAD, rho: BELOW_ONE, defaultScanRange: WAD }],
  ],
};

const NO_SOURCE = {
  kind: 0,
  feed: `0x${'0'.repeat(40)}`,
  priceId: `0x${'0'.repeat(64)}`,
  maxAgeSec: 0,
  minPrice: 0n,
  maxPrice: 0n,
  maxConfidenceBps: 0,
} as const;
const source = (w: World) => ({
  ...NO_SOURCE,
  kind: 1,
  feed: w.fixtures.ethFeed,
  maxAgeSec: 3_600,
  minPrice: WAD,
  maxPrice: 10n ** 24n,
});
const badSource = (change: object, reason: string, underlying = ETH): Refusal => ({
  args: (w) => [underlying, { ...source(w), ...change }, NO_SOURCE, 0],
  error: () => ['InvalidSource', underlying, reason],
});
const paired = (deviationBps: number) => (w: World) => [
  ETH,
  source(w),
  { ...source(w), feed: w.fixtures.btcFeed },
  deviationBps,
];

const SET_SOURCES: Bounds = {
  refused: [
    badSource({}, 'underlying outside 1..4095', 0),
    badSource({}, 'underlying outside 1..4095', 4_096),
    badSource({ kind: 0 }, 'no primary'),
    badSource({ maxAgeSec: 0 }, 'maxAgeSec outside 1..7 days'),
    badSource({ maxAgeSec: 604_801 }, 'maxAgeSec outside 1..7 days'),
    badSource({ minPrice: 0n }, 'band not 0 < minPrice < maxPrice < 2^128'),
    badSource({ maxPrice: WAD }, 'band not 0 < minPrice < maxPrice < 2^128'),
    badSource({ maxPrice: MAX_128 + 1n }, 'band not 0 < minPrice < maxPrice < 2^128'),
    {
      args: (w) => [ETH, { ...source(w), feed: w.people.stranger }, NO_SOURCE, 0],
      error: () => ['InvalidSource', ETH, 'feed has no code'],
    },
    { args: paired(9), error: () => ['DeviationOutOfBounds', 9, 10, 2_000] },
    { args: paired(2_001), error: () => ['DeviationOutOfBounds', 2_001, 10, 2_000] },
    // the other feed is of another asset
    { args: paired(2_000), error: () => ['InvalidSource', ETH, 'sources disagree'] },
  ],
  within: [(w) => [ETH, { ...source(w), maxAgeSec: 604_800, maxPrice: MAX_128 }, NO_SOURCE, 0]],
};

const seventeen = (w: World) => Array.from({ length: 17 }, () => w.people.stranger);
const SET_SIGNERS: Bounds = {
  refused: [
    fixed([[], 1n], ['SignerCountOutOfBounds', 0n, 1n, 16n]),
    { args: (w) => [seventeen(w), 1n], error: () => ['SignerCountOutOfBounds', 17n, 1n, 16n] },
    { args: (w) => [[w.people.stranger], 0n], error: () => ['ThresholdOutOfBounds', 0n, 1n] },
    { args: (w) => [[w.people.stranger], 2n], error: () => ['ThresholdOutOfBounds', 2n, 1n] },
    {
      args: (w) => [[w.people.stranger, w.people.stranger], 1n],
      error: (w) => ['DuplicateSigner', w.people.stranger],
    },
  ],
  within: [
    (w) => [[w.people.stranger], 1n],
    (w) => [Object.values(w.people), BigInt(Object.keys(w.people).length)],
  ],
};

const REMOVE_SIGNER: Bounds = {
  refused: [
    { args: (w) => [w.people.stranger], error: (w) => ['UnknownSigner', w.people.stranger] },
    {
      args: (w) => [w.people.keeper],
      error: () => ['ThresholdOutOfBounds', 1n, 0n],
      after: (w) => ['removeSigner', [w.people.surfaceSigner]],
    },
  ],
  within: [(w) => [w.people.keeper]],
};

function redemption(minDelay: bigint, maxDelay: bigint, minWindow: bigint, maxWindow: bigint): Bounds {
  const delay = (value: bigint) => fixed([value, minWindow], invalid('delaySec', value, minDelay, maxDelay));
  const window = (value: bigint) =>
    fixed([minDelay, value], invalid('windowSec', value, minWindow, maxWindow));
  return {
    refused: [delay(minDelay - 1n), delay(maxDelay + 1n), window(minWindow - 1n), window(maxWindow + 1n)],
    within: [() => [minDelay, minWindow], () => [maxDelay, maxWindow]],
  };
}

const vaultMarket = {
  enabled: true,
  baseSpreadBps: 500,
  skewSpreadBps: 1_000,
  maxSpreadBps: 1_000,
  volMultiplierBps: 50_000,
  maxPriceAgeSec: 604_800,
  positionCap: MAX_96,
};
const leastVaultMarket = {
  enabled: false,
  baseSpreadBps: 1,
  skewSpreadBps: 0,
  maxSpreadBps: 1,
  volMultiplierBps: 0,
  maxPriceAgeSec: 1,
  positionCap: 0n,
};
const badVaultMarket = (field: keyof typeof vaultMarket, value: number, min: bigint, max: bigint): Refusal =>
  fixed([ETH, { ...vaultMarket, [field]: value }], invalid(field, BigInt(value), min, max));

const SET_VAULT_MARKET: Bounds = {
  refused: [
    badVaultMarket('baseSpreadBps', 0, 1n, 500n),
    badVaultMarket('baseSpreadBps', 501, 1n, 500n),
    badVaultMarket('skewSpreadBps', 1_001, 0n, 1_000n),
    badVaultMarket('maxSpreadBps', 499, 500n, 1_000n),
    badVaultMarket('maxSpreadBps', 1_001, 500n, 1_000n),
    badVaultMarket('volMultiplierBps', 50_001, 0n, 50_000n),
    badVaultMarket('maxPriceAgeSec', 0, 1n, 604_800n),
    badVaultMarket('maxPriceAgeSec', 604_801, 1n, 604_800n),
    fixed([UNLISTED, vaultMarket], ['UnknownUnderlying', UNLISTED]),
  ],
  within: [() => [ETH, vaultMarket], () => [ETH, leastVaultMarket]],
};

/** The bounds of every setter that the table of access gives to the admins or to the guardian. */
export const BOUNDS: Readonly<Record<string, Readonly<Record<string, Bounds | Unbounded>>>> = {
  Clearinghouse: {
    pause: { unbounded: 'a switch' },
    unpause: { unbounded: 'a switch' },
    tightenPerp: tightening('tightenPerp', ETH, 'openInterestCap', PERP_CAP, [
      'UnknownInstrument',
      (1n << 92n) | (BigInt(UNLISTED) << 80n),
    ]),
    tightenDated: tightening('tightenDated', ETH, 'openInterestCap', DATED_CAP, ['UnknownInstrument', 0n]),
    tightenAsset: tightening('tightenAsset', WETH_ID, 'cap', WETH_CAP, ['UnknownAsset', UNLISTED]),
    setAsset: SET_ASSET,
    setPerp: SET_PERP,
    setDated: SET_DATED,
    setModule: SET_MODULE,
    setRiskEngine: {
      refused: [
        { args: (w) => [w.people.stranger], error: (w) => ['NotAContract', w.people.stranger] },
        // an engine that knows no profile
        { args: (w) => [w.addressOf('RiskEngineExt')], error: () => ['no data'] },
      ],
      within: [(w) => [w.addressOf('RiskEngine')]],
    },
    setInsuranceAccount: { unbounded: 'any account may insure' },
  },
  RiskEngine: { setProfile: SET_PROFILE },
  Liquidator: {
    setParameters: {
      refused: [
        fixed(
          [10_000n * WAD + 1n, 0n],
          ['ParameterOutOfBounds', 'dustMargin', 10_000n * WAD + 1n, 10_000n * WAD],
        ),
        fixed([0n, 100n * WAD + 1n], ['ParameterOutOfBounds', 'minReward', 100n * WAD + 1n, 100n * WAD]),
      ],
      within: [() => [10_000n * WAD, 100n * WAD], () => [0n, 0n]],
    },
  },
  OrderMatcher: {
    setFees: {
      refused: [fixed([101, 0], ['FeeOutOfBounds', 101, 100]), fixed([0, 101], ['FeeOutOfBounds', 101, 100])],
      within: [() => [100, 100], () => [0, 0]],
    },
  },
  InsuranceFund: { setRedemption: redemption(DAY, 60n * DAY, DAY, 30n * DAY) },
  LiquidityVault: {
    setRedemption: redemption(HOUR, 30n * DAY, HOUR, 7n * DAY),
    setMarket: SET_VAULT_MARKET,
    tighten: tightening('tighten', ETH, 'positionCap', VAULT_CAP, ['UnknownMarket', UNLISTED]),
    setTerms: {
      refused: [
        fixed([101, 10_000], invalid('takerFeeBps', 101n, 0n, 100n)),
        fixed([0, 9_999], invalid('cushionBps', 9_999n, 10_000n, 50_000n)),
        fixed([0, 50_001], invalid('cushionBps', 50_001n, 10_000n, 50_000n)),
      ],
      within: [() => [100, 50_000], () => [0, 10_000]],
    },
  },
  PriceRouter: { setSources: SET_SOURCES },
  VolSurface: { setSigners: SET_SIGNERS, removeSigner: REMOVE_SIGNER },
};
