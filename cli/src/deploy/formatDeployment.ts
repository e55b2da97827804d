import { formatTable } from '../margin/formatTable.ts';
import type { DeployNetwork } from './networks.ts';
import type { DeployResult } from './runDeploy.ts';

/** For people: where everything is, what it cost, and every check. */
export function formatDeployment(result: DeployResult, { explorer }: DeployNetwork): string {
  const link = (address: string): string =>
    explorer === undefined || result.dryRun ? address : `${explorer}/address/${address}`;
  const contracts = Object.entries(result.contracts).map(([name, address]) => [name, link(address)]);
  const checks = result.checks.map(
    ({ name, ok, message }) => `${ok ? 'ok    ' : 'FAILED'}  ${name}: ${message}`,
  );
  const head = result.dryRun
    ? `Dry run on a copy of chain ${result.chainId}: nothing was sent. It takes ${result.gasUsed} gas.`
    : `Deployed on chain ${result.chainId} by ${result.deployer}: ${result.gasUsed} gas, ${result.cost} of the chain's coin.`;
  const failed = result.checks.filter(({ ok }) => !ok).length;
  const end = failed === 0 ? 'Every check holds.' : `${failed} checks FAILED: do not let anybody deposit.`;
  return `${head}\n\n${formatTable(contracts)}\n\n${checks.join('\n')}\n\n${end}\n`;
}
