import { buildModule } from '@nomicfoundation/hardhat-ignition/modules';
import { ADMIN_DELAY_SEC, BTC, ETH } from '../stack/defaults.ts';
import { assignRoles } from '../stack/assignRoles.ts';
import { deployCore } from '../stack/deployCore.ts';
import { listAssets, listMarket } from '../stack/listMarkets.ts';
import { wireModules } from '../stack/wireModules.ts';

/** The protocol on tokens and price feeds that exist: their addresses are parameters, one file per network. */
export default buildModule('Novate', (m) => {
  const core = deployCore(m, m.getParameter<string>('usdc'), {
    addresses: m.getParameter<string[]>('surfaceSigners'),
    threshold: m.getParameter<number>('surfaceThreshold'),
  });
  const wired = wireModules(m, core);
  const markets = [
    listMarket(m, core, { name: 'btc', underlying: BTC, feed: m.getParameter<string>('btcFeed') }, wired),
    listMarket(m, core, { name: 'eth', underlying: ETH, feed: m.getParameter<string>('ethFeed') }, wired),
  ];
  const tokens = {
    weth: m.getParameter<string>('weth'),
    wbtc: m.getParameter<string>('wbtc'),
  };
  assignRoles(m, core, [listAssets(m, core, tokens, markets)], ADMIN_DELAY_SEC);
  return core.contracts;
});
