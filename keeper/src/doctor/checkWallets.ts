import { clearinghouseAbi, encodeScopes, formatWad } from '@novate/sdk';
import type { AccountId } from '@novate/sdk';
import { privateKeyToAccount } from 'viem/accounts';
import type { KeeperClient } from '../chain/viemChain.ts';
import type { KeeperConfig } from '../config/index.ts';
import type { Check } from '../startupChecks.ts';

/** Gas money for fewer liquidations than this, at the present gas price, is worth a word. */
const ENOUGH_FOR = 50n;
const GAS_EACH = 600_000n;

/** Every wallet: gas money, and leave to liquidate for the keeper's account. */
export async function checkWallets(
  client: KeeperClient,
  config: KeeperConfig,
  own: AccountId,
): Promise<Check[]> {
  const wallets = [config.privateKey, ...config.walletKeys].map((key) => privateKeyToAccount(key).address);
  const gasPrice = await client.getGasPrice();
  const checks = await Promise.all(
    wallets.map(async (address): Promise<Check[]> => {
      const balance = await client.getBalance({ address });
      const count = gasPrice === 0n ? ENOUGH_FOR : balance / (gasPrice * GAS_EACH);
      const few = count < ENOUGH_FOR;
      const amount = `${address} has ${formatWad(balance)} for gas, about ${count} liquidations`;
      const gas: Check =
        balance === 0n
          ? { name: 'gas', ok: false, message: `${address} has nothing to pay gas with; send it some` }
          : { name: 'gas', ok: true, warning: few, message: few ? `${amount}; top it up` : amount };
      const allowed = await client.readContract({
        address: config.addresses.clearinghouse,
        abi: clearinghouseAbi,
        functionName: 'isAuthorised',
        args: [own, address, encodeScopes(['liquidate'])],
      });
      const message = allowed
        ? `${address} may liquidate for the keeper's account`
        : `${address} may not liquidate for the keeper's account; its owner must approve it (scope: liquidate)`;
      return [gas, { name: 'operator', ok: allowed, message }];
    }),
  );
  return checks.flat();
}
