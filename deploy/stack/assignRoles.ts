import type { ContractCallFuture, IgnitionModuleBuilder } from '@nomicfoundation/ignition-core';
import { toFunctionSelector } from 'viem';
import { GUARDIAN_ROLE } from './defaults.ts';
import type { Core } from './deployCore.ts';

const ADMIN_ROLE = 0n;
const GUARDIAN_SELECTORS = [
  'function pause()',
  'function tightenPerp(uint16,bool,uint256)',
  'function tightenDated(uint16,bool,uint256)',
].map((signature) => toFunctionSelector(signature));
const VAULT_GUARDIAN_SELECTORS = [toFunctionSelector('function tighten(uint16,bool,uint96)')];

/**
 * Who may do what from now on: the guardian pauses and lowers caps at once; everything else is the admins', behind the
 * delay. The deployer is delayed like the governor, which may revoke it. Must come last: it ends the deployer's power to
 * configure at once.
 */
export function assignRoles(
  m: IgnitionModuleBuilder,
  core: Core,
  after: ContractCallFuture<string, string>[],
): void {
  const { accessManager, clearinghouse, liquidityVault } = core.contracts;
  const deployer = m.getAccount(0);
  const delaySec = m.getParameter<number>('adminDelaySec', 0);
  const guard = m.call(
    accessManager,
    'setTargetFunctionRole',
    [clearinghouse, GUARDIAN_SELECTORS, GUARDIAN_ROLE],
    { after },
  );
  const guardVault = m.call(
    accessManager,
    'setTargetFunctionRole',
    [liquidityVault, VAULT_GUARDIAN_SELECTORS, GUARDIAN_ROLE],
    { id: 'guardLiquidityVault', after },
  );
  const label = m.call(accessManager, 'labelRole', [GUARDIAN_ROLE, 'guardian']);
  const guardian = m.call(
    accessManager,
    'grantRole',
    [GUARDIAN_ROLE, m.getParameter('guardian', deployer), 0],
    {
      id: 'grantGuardian',
    },
  );
  const governor = m.call(
    accessManager,
    'grantRole',
    [ADMIN_ROLE, m.getParameter('governor', deployer), delaySec],
    {
      id: 'grantGovernor',
      after: [guard, guardVault, label, guardian],
    },
  );
  m.call(accessManager, 'grantRole', [ADMIN_ROLE, deployer, delaySec], {
    id: 'delayDeployer',
    after: [governor],
  });
}
