// Reading: what an account holds, its margin and why it is so, many accounts in one call, and the whole pool's solvency.
import { ETH, formatWad } from '@novate/sdk';
import { figure } from './figure.ts';
import { openPositions } from './positions.ts';
import { setUp } from './setup.ts';

const stage = await setUp();
await openPositions(stage, 5_000);
const { novate } = stage.maria.client;

const { portfolio } = await novate.getPortfolio({ account: stage.maria.account });
console.log('cash', formatWad(portfolio.cash), 'and', portfolio.legs.length, 'position');

// the contracts' own explanation: equity, both margins, and the scenario that decided
const report = await novate.getReport({ account: stage.maria.account });
console.log(report.state, 'equity', figure(report.equity), 'maintenance', figure(report.maintenanceMargin));
console.log('worst when prices move by', formatWad(report.worstScenario.shock));
for (const { underlying, scan } of report.underlyings)
  if (underlying === ETH) console.log('of it the risk of ETH alone:', figure(scan));

// one call for up to a few hundred accounts; one that cannot be valued does not spoil the others
const assessed = await novate.assessMany({ accounts: [stage.maria.account, stage.noor.account] });
console.log(assessed.map((one) => (one.ok ? one.state : one.error?.errorName)).join(', '));

const { assets, claims, badDebt } = await novate.getSolvency();
console.log('assets cover claims:', assets >= claims, 'bad debt', formatWad(badDebt));
