import type { KeeperConfig } from '../config/index.ts';

/** Shorter parts of addresses are taken for paths, not for keys. */
const SHORTEST = 8;

/** Every text of a configuration that must not be logged, wherever it may turn up. The longest first. */
export function secretsOf(config: KeeperConfig): readonly string[] {
  const { privateKey, walletKeys, databaseUrl, alertWebhooks } = config;
  const { rpcUrl, rpcFallbackUrls, privateRpcUrl, wsUrl, pythUrl } = config;
  const keys = [privateKey, ...walletKeys].map((key) => key.slice(2));
  const endpoints = [rpcUrl, ...rpcFallbackUrls, privateRpcUrl, wsUrl, pythUrl];
  const addresses = [...endpoints, databaseUrl, ...alertWebhooks];
  const parts = addresses.flatMap((address) => (address === undefined ? [] : partsOf(address)));
  return [...new Set([...keys, ...parts])].sort((a, b) => b.length - a.length);
}

/** Password, path and query: where endpoints carry their keys. */
function partsOf(address: string): string[] {
  const { password, pathname, search } = new URL(address);
  const words = [...pathname.split('/'), ...search.replace(/^\?/, '').split(/[&=]/)];
  return [password, decodeURIComponent(password), ...words].filter((word) => word.length >= SHORTEST);
}

/** The text without them, in whatever case they come. */
export function withoutSecrets(text: string, secrets: readonly string[], instead: string): string {
  let clean = text;
  for (const secret of secrets) {
    const pattern = new RegExp(secret.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
    clean = clean.replace(pattern, instead);
  }
  return clean;
}
