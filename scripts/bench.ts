// `npm run bench`: what the protocol's actions cost, beside the goal and the peer's figure. Exits 0 whether or not goals
// are met; `--json` prints the measurements as an array.
import { ensureBuilt } from '../cli/src/local/ensureBuilt.ts';
import { benchDeleverage } from './bench/deleverage.ts';
import { benchGas } from './bench/gas.ts';
import { benchOptions } from './bench/options.ts';
import { printTable } from './bench/printTable.ts';

await ensureBuilt();
const rows = [...(await benchGas()), ...(await benchOptions()), ...(await benchDeleverage())];
if (process.argv.includes('--json')) console.log(JSON.stringify(rows, null, 2));
else printTable(rows);
