import { buildReport, ETH, surfaceTypedData, volSurfaceAbi } from '@novate/sdk';
import { hardhat } from 'viem/chains';
import type { Stage } from './stage.ts';

const WAD = 10n ** 18n;
const SHAPE = { a: WAD / 200n, b: WAD / 100n, rho: -WAD / 5n, m: 0n, sigma: WAD / 5n, basis: 0n };

/** Posts a volatility surface of ETH for an expiry, dated now, so that its futures and options can be traded. */
export async function postSurface(stage: Stage, expirySec: bigint): Promise<void> {
  const { chain, stack } = stage;
  const { timestamp } = await chain.latest();
  const report = buildReport({ underlying: ETH, expirySec: Number(expirySec), ...SHAPE, timestamp });
  const domain = { chainId: hardhat.id, volSurface: stack.volSurface };
  const { deployer } = chain;
  const signature = await deployer.signTypedData(surfaceTypedData([report], domain));
  await stage.run(stack.volSurface, volSurfaceAbi, 'post', [
    [report],
    [{ signer: deployer.address, signature }],
  ]);
}
