export { ConfigError } from './errors.ts';
export { helpText } from './help.ts';
export { loadConfig, wantsHelp } from './loadConfig.ts';
export type { ConfigSources, LoadedConfig } from './loadConfig.ts';
export { redactConfig } from './schema.ts';
export type { KeeperConfig } from './schema.ts';
export { nearest } from './nearest.ts';
