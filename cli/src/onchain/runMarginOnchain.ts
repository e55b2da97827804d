import { printMargin, readMarginInputs } from '../margin/index.ts';
import type { MarginOptions } from '../margin/index.ts';
import { areContractsBuilt } from '../local/artifacts.ts';
import { ensureBuilt } from '../local/ensureBuilt.ts';
import { assessOnchain } from './assessOnchain.ts';

/**
 * `novate margin --onchain`: as `runMargin`, computed by the risk engine contract on a chain inside this process.
 * @throws UsageError where a file cannot be used
 */
export async function runMarginOnchain(options: MarginOptions): Promise<void> {
  const inputs = readMarginInputs(options);
  if (!(await areContractsBuilt())) await ensureBuilt();
  printMargin(await assessOnchain(inputs), inputs, options);
}
