export const VERSION = '0.1.0';

export { ConfigError, loadConfig, nearest } from './config/index.ts';
export type { ConfigSources, KeeperConfig, LoadedConfig } from './config/index.ts';
export { decide } from './decide/decide.ts';
export type { DecideInputs, Decision } from './decide/decide.ts';
export type { Candidate } from './decide/candidate.ts';
export { SKIP_REASONS } from './decide/skip.ts';
export type { SkipReason } from './decide/skip.ts';
export type { EventSink, KeeperEvent, LiquidationEvent, TickEvent } from './report/events.ts';
export { createLogger } from './report/logger.ts';
export type { Logger } from './report/logger.ts';
export type { Summary } from './report/reporter.ts';
export { checkKeeper, runKeeper } from './run.ts';
export type { RunOptions } from './run.ts';
export type { Check } from './startupChecks.ts';
