import { encodeAccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import { createKeeperClient } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import { checkEndpoints } from '../doctor/checkEndpoints.ts';
import { checkPrices } from '../doctor/checkPrices.ts';
import { checkPrivateEndpoint } from '../doctor/checkPrivateEndpoint.ts';
import { checkStore } from '../doctor/checkStore.ts';
import { checkWallets } from '../doctor/checkWallets.ts';
import { messageOf } from '../execute/classify.ts';
import { checkSetup } from '../startupChecks.ts';
import type { Check } from '../startupChecks.ts';
import { toJsonText } from './table.ts';

/** Everything that can keep a keeper from its work, each with a remedy. */
export async function examine(config: KeeperConfig, nowMs = Date.now()): Promise<readonly Check[]> {
  const { address } = privateKeyToAccount(config.privateKey);
  const own = encodeAccountId(address, config.liquidatorSubAccount);
  const [endpoints, hidden, store] = await Promise.all([
    checkEndpoints(config, nowMs),
    checkPrivateEndpoint(config),
    checkStore(config),
  ]);
  if (endpoints.every(({ name }) => name === 'endpoint')) return [...endpoints, ...hidden, ...store];
  const client = createKeeperClient(config.rpcUrl, config.rpcTimeoutMs);
  const setup = await attempt('contracts', () => checkSetup(client, config, address, own));
  const deployed = setup.every(({ name, ok }) => ok || name === 'collateral' || name === 'gas');
  const more = deployed
    ? await Promise.all([
        attempt('wallets', () => checkWallets(client, config, own)),
        attempt('prices', () => checkPrices(client, config)),
      ])
    : [];
  // wallets say more about gas than the first look does
  const first = setup.filter(({ name }) => !deployed || name !== 'gas');
  return [...endpoints, ...hidden, ...first, ...more.flat(), ...store];
}

async function attempt(name: string, look: () => Promise<readonly Check[]>): Promise<readonly Check[]> {
  try {
    return await look();
  } catch (error) {
    return [{ name, ok: false, message: `${name} cannot be read: ${messageOf(error)}` }];
  }
}

/** @returns What to print, and the exit code: 1 where something has to be put right first. */
export function formatChecks(checks: readonly Check[], json: boolean): { text: string; code: number } {
  const code = checks.every(({ ok }) => ok) ? 0 : 1;
  if (json) return { text: toJsonText({ ok: code === 0, checks }), code };
  const mark = ({ ok, warning }: Check): string => (!ok ? 'FAIL' : warning === true ? 'warn' : 'ok  ');
  return { text: checks.map((check) => `${mark(check)} ${check.message}`).join('\n'), code };
}
