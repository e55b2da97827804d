// Thousands of accounts liquidatable at once. Minutes, so by itself: npm run test:crowd -- --accounts 10000
import { parseArgs } from 'node:util';
import { runCrowd } from './crowdRun.ts';

const { values } = parseArgs({
  options: {
    accounts: { type: 'string', default: '10000' },
    keepers: { type: 'string', default: '1' },
    'block-gas': { type: 'string', default: '60000000' },
    'batch-gas': { type: 'string' },
  },
});
const batchGas = values['batch-gas'];
const result = await runCrowd({
  accounts: Number(values.accounts),
  keepers: Number(values.keepers),
  blockGas: BigInt(values['block-gas']),
  ...(batchGas === undefined ? {} : { batchGas: Number(batchGas) }),
  say: (line) => console.log(line),
});
if (result === undefined) throw new Error('several keepers need a PostgreSQL on this machine');
console.log(JSON.stringify(result, undefined, 2));
const { liquidations, twice, left, reverted, failedParts, cleanWallets } = result;
const ok =
  liquidations === Number(values.accounts) &&
  twice + left + reverted === 0 &&
  // several keepers of one store take turns, and may meet
  (failedParts === 0 || Number(values.keepers) > 1) &&
  cleanWallets === Number(values.keepers);
console.log(ok ? 'passed: all liquidated, none twice, nothing reverted or refused' : 'FAILED');
// Hardhat's artifacts keep the process alive
process.exit(ok ? 0 : 1);
