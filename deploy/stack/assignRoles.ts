import type {
  ContractCallFuture,
  ContractFuture,
  IgnitionModuleBuilder,
} from '@nomicfoundation/ignition-core';
import { toFunctionSelector } from 'viem';
import { GUARDIAN_ROLE } from './defaults.ts';
import type { Core } from './deployCore.ts';

const ADMIN_ROLE = 0n;
const GUARDIAN_SIGNATURES = {
  clearinghouse: [
    'function pause()',
    'function tightenPerp(uint16,bool,uint256)',
    'function tightenDated(uint16,bool,uint256)',
    'function tightenAsset(uint8,bool,uint256)',
  ],
  volSurface: ['function removeSigner(address)'],
  liquidityVault: ['function tighten(uint16,bool,uint96)'],
} as const;

type Call = ContractCallFuture<string, string>;

/**
 * Who may do what from now on: the guardian pauses, lowers caps and drops signers at once; everything else is the admins',
 * behind the delay. The deployer is delayed like the governor, which may revoke it. Must come last: it ends the deployer's
 * power to configure at once.
 * @param delaySec How long the admins wait unless the parameter `adminDelaySec` says otherwise.
 */
export function assignRoles(m: IgnitionModuleBuilder, core: Core, after: Call[], delaySec: number): void {
  const { accessManager, clearinghouse, volSurface, liquidityVault } = core.contracts;
  const deployer = m.getAccount(0);
  const adminDelaySec = m.getParameter<number>('adminDelaySec', delaySec);
  const assign = (target: ContractFuture<string>, id: string, signatures: readonly string[]): Call =>
    m.call(
      accessManager,
      'setTargetFunctionRole',
      [target, signatures.map((signature) => toFunctionSelector(signature)), GUARDIAN_ROLE],
      { id, after },
    );
  const assigned = [
    assign(clearinghouse, 'guardClearinghouse', GUARDIAN_SIGNATURES.clearinghouse),
    assign(volSurface, 'guardVolSurface', GUARDIAN_SIGNATURES.volSurface),
    assign(liquidityVault, 'guardLiquidityVault', GUARDIAN_SIGNATURES.liquidityVault),
  ];
  const label = m.call(accessManager, 'labelRole', [GUARDIAN_ROLE, 'guardian']);
  const guardian = m.call(
    accessManager,
    'grantRole',
    [GUARDIAN_ROLE, m.getParameter('guardian', deployer), 0],
    { id: 'grantGuardian' },
  );
  const governor = m.call(
    accessManager,
    'grantRole',
    [ADMIN_ROLE, m.getParameter('governor', deployer), adminDelaySec],
    { id: 'grantGovernor', after: [...assigned, label, guardian] },
  );
  m.call(accessManager, 'grantRole', [ADMIN_ROLE, deployer, adminDelaySec], {
    id: 'delayDeployer',
    after: [governor],
  });
}
