import { parseWad } from '../../units/index.ts';
import type { RiskProfile, UnderlyingRisk } from '../types.ts';
import { DERIBIT35_SCENARIOS, PARADEX24_SCENARIOS, SPAN16_SCENARIOS } from './grids.ts';

/** Numbers under which the price router lists the underlyings that presets know. */
export const BTC = 1;
export const ETH = 2;

/** Cross-asset offset, SPAN's scenarios, volatility-aware charges. */
const portfolio: RiskProfile = {
  name: 'portfolio',
  rho: parseWad('0.5'),
  mmFactor: parseWad('0.8'),
  volUp: parseWad('0.4'),
  volDown: parseWad('0.25'),
  volUpFloor: parseWad('0.5'),
  volPowerShort: parseWad('0.3'),
  volPowerLong: parseWad('0.13'),
  rollMin: parseWad('0.005'),
  rollRate: parseWad('0.05'),
  shortRate: parseWad('0.005'),
  shortInitial: parseWad('0.003'),
  perpInitial: parseWad('0.01'),
  haircut: parseWad('0.02'),
  haircutInitial: parseWad('0.03'),
  floorNet: parseWad('0.02'),
  floorHedged: parseWad('0.01'),
  defaultScanRange: parseWad('0.25'),
  scenarios: SPAN16_SCENARIOS,
  underlyings: [scanRangeOf(BTC, '0.15'), scanRangeOf(ETH, '0.18')],
};

/** Each underlying on its own, with scan ranges half as wide again. */
const standard: RiskProfile = {
  ...portfolio,
  name: 'standard',
  rho: 0n,
  shortRate: parseWad('0.02'),
  defaultScanRange: parseWad('0.375'),
  underlyings: [scanRangeOf(BTC, '0.225'), scanRangeOf(ETH, '0.27')],
};

/**
 * Paradex's portfolio margin: IM = max(worst scenario, 2% of net + 1% of hedged delta), MM half of it. The scan range is one
 * for all, since its moves are fractions of the index. Not expressed: its provisions for funding and fees.
 */
const paradex24: RiskProfile = {
  name: 'paradex24',
  rho: 0n,
  mmFactor: parseWad('0.5'),
  volUp: parseWad('0.4'),
  volDown: parseWad('0.22'),
  volUpFloor: 0n,
  volPowerShort: parseWad('0.3'),
  volPowerLong: parseWad('0.13'),
  rollMin: 0n,
  rollRate: 0n,
  shortRate: 0n,
  shortInitial: 0n,
  perpInitial: 0n,
  haircut: 0n,
  haircutInitial: 0n,
  floorNet: parseWad('0.02'),
  floorHedged: parseWad('0.01'),
  defaultScanRange: parseWad('1'),
  scenarios: PARADEX24_SCENARIOS,
  underlyings: [],
};

/**
 * SPAN's array with the charges of `portfolio`, and nothing nets across underlyings. Not expressed: SPAN's own charges
 * between months and its credits between underlyings.
 */
const span16: RiskProfile = { ...portfolio, name: 'span16', rho: 0n };

/**
 * Deribit's portfolio margin. Not expressed: its roll charge grows exponentially (`e^(rate * tau) - 1`; here linearly, a
 * hair less) and is BTC's for all underlyings (ETH's is 5% a year, at least 0.5%); its delta shock and correlation charge;
 * and that the maintenance factor of 0.8 takes in the roll charge too.
 */
const deribit35: RiskProfile = {
  name: 'deribit35',
  rho: 0n,
  mmFactor: parseWad('0.8'),
  volUp: parseWad('0.5'),
  volDown: parseWad('0.25'),
  volUpFloor: parseWad('0.5'),
  volPowerShort: parseWad('0.3'),
  volPowerLong: parseWad('0.13'),
  rollMin: parseWad('0.01'),
  rollRate: parseWad('0.075'),
  shortRate: 0n,
  shortInitial: 0n,
  perpInitial: 0n,
  haircut: 0n,
  haircutInitial: 0n,
  floorNet: 0n,
  floorHedged: 0n,
  defaultScanRange: parseWad('0.25'),
  scenarios: DERIBIT35_SCENARIOS,
  underlyings: [scanRangeOf(BTC, '0.16'), scanRangeOf(ETH, '0.18')],
};

/** Risk profiles by name. On chain each has its number: its place in this list. */
export const PRESETS = { portfolio, standard, span16, paradex24, deribit35 } as const satisfies Readonly<
  Record<string, RiskProfile>
>;

export type PresetName = keyof typeof PRESETS;

function scanRangeOf(underlying: number, scanRange: string): UnderlyingRisk {
  return { underlying, scanRange: parseWad(scanRange), haircutSlope: 0n, haircutCap: 0n };
}
