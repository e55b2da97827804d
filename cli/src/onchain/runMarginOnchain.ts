import { NovateContractError } from '@novate/sdk';
import type { Assessment } from '@novate/sdk';
import { printMargin, readMarginInputs } from '../margin/index.ts';
import type { MarginInputs, MarginOptions } from '../margin/index.ts';
import { areContractsBuilt } from '../local/artifacts.ts';
import { ensureBuilt } from '../local/ensureBuilt.ts';
import { UsageError } from '../usageError.ts';
import { assessOnchain } from './assessOnchain.ts';

/**
 * `novate margin --onchain`: as `runMargin`, computed by the risk engine contract on a chain inside this process.
 * @throws UsageError where a file cannot be used
 */
export async function runMarginOnchain(options: MarginOptions): Promise<void> {
  const inputs = readMarginInputs(options);
  if (!(await areContractsBuilt())) await ensureBuilt();
  printMargin(await assess(inputs, options.portfolioPath), inputs, options);
}

async function assess(inputs: MarginInputs, portfolioPath: string): Promise<Assessment> {
  try {
    return await assessOnchain(inputs);
  } catch (error) {
    if (error instanceof NovateContractError && error.errorName === 'InstrumentNotPriced') {
      throw new UsageError(`${portfolioPath}: ${error.message}`);
    }
    throw error;
  }
}
