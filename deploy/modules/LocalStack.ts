import { buildModule } from '@nomicfoundation/hardhat-ignition/modules';
import { BTC, ETH, SOL } from '../stack/defaults.ts';
import { assignRoles } from '../stack/assignRoles.ts';
import { deployCore } from '../stack/deployCore.ts';
import { listAssets, listMarket } from '../stack/listMarkets.ts';
import { wireModules } from '../stack/wireModules.ts';

const FEED_DECIMALS = 8;

/** The protocol with tokens that anyone may mint and feeds whose owner sets the prices: for local chains only. */
export default buildModule('LocalStack', (m) => {
  // takes permits, as Circle's USDC does; those who have wrapped ether or bitcoin must approve
  const usdc = m.contract('MockPermitToken', ['USD Coin', 'USDC', 6], { id: 'USDC' });
  const weth = m.contract('MockERC20', ['Wrapped Ether', 'WETH', 18], { id: 'WETH' });
  const wbtc = m.contract('MockERC20', ['Wrapped Bitcoin', 'WBTC', 8], { id: 'WBTC' });
  const feed = (name: string, price: bigint) => {
    const answer = m.getParameter<bigint>(`${name.toLowerCase()}Price`, price * 10n ** BigInt(FEED_DECIMALS));
    return m.contract('MockAggregator', [`${name} / USD`, FEED_DECIMALS, answer], { id: `${name}Feed` });
  };
  const btcFeed = feed('BTC', 100_000n);
  const ethFeed = feed('ETH', 4_000n);
  const solFeed = feed('SOL', 200n);

  // the deployer signs volatility surfaces
  const core = deployCore(m, usdc, { addresses: [m.getAccount(0)], threshold: 1 });
  const wired = wireModules(m, core);
  const markets = [
    listMarket(m, core, { name: 'btc', underlying: BTC, feed: btcFeed }, wired),
    listMarket(m, core, { name: 'eth', underlying: ETH, feed: ethFeed }, wired),
    listMarket(m, core, { name: 'sol', underlying: SOL, feed: solFeed }, wired),
  ];
  // everything may be changed at once
  assignRoles(m, core, [listAssets(m, core, { weth, wbtc }, markets)], 0);
  return { ...core.contracts, usdc, weth, wbtc, btcFeed, ethFeed, solFeed };
});
