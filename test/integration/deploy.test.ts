import { expect } from 'chai';
import { network } from 'hardhat';
import { encodeAccountId, NovateContractError, PRESETS, profileFromStruct, toNovateError } from '@novate/sdk';
import {
  clearinghouseAbi,
  insuranceFundAbi,
  liquidityVaultAbi,
  priceRouterAbi,
  riskEngineAbi,
} from '@novate/sdk';
import { encodeFunctionData, parseAbi, toFunctionSelector } from 'viem';
import type { Address, Hex } from 'viem';
import { connectChain } from '../../cli/src/local/chain.ts';
import type { LocalChain } from '../../cli/src/local/chain.ts';
import { deployLocal } from '../../cli/src/local/deployLocal.ts';
import type { StackAddresses } from '../../cli/src/local/deployLocal.ts';

const WAD = 10n ** 18n;
const ADMIN_ROLE = 0n;
const GUARDIAN_ROLE = 1n;
const GUARDIAN: Address = '0x00000000000000000000000000000000000000aa';
const GOVERNOR: Address = '0x00000000000000000000000000000000000000bb';
const STRANGER: Address = '0x00000000000000000000000000000000000000cc';
const DELAY_SEC = 3_600;

const managerAbi = parseAbi([
  'function hasRole(uint64 roleId, address account) view returns (bool isMember, uint32 executionDelay)',
  'function getTargetFunctionRole(address target, bytes4 selector) view returns (uint64)',
  'function schedule(address target, bytes data, uint48 when) returns (bytes32, uint32)',
  'function execute(address target, bytes data) payable returns (uint32)',
]);

async function nameOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'none';
  } catch (thrown) {
    const error = toNovateError(thrown);
    return error instanceof NovateContractError ? error.errorName : String(error);
  }
}

describe('deployment by Ignition', () => {
  let chain: LocalChain;
  let stack: StackAddresses;
  let close: () => Promise<void>;

  before(async () => {
    const server = await network.createServer('default', '127.0.0.1');
    close = () => server.close();
    const { port } = await server.listen();
    chain = await connectChain(`http://127.0.0.1:${port}`);
    stack = await deployLocal(chain, { guardian: GUARDIAN, governor: GOVERNOR, adminDelaySec: DELAY_SEC });
  });

  after(() => close());

  const house = <const Name extends 'assetCount' | 'paused' | 'riskEngine' | 'insuranceAccount'>(
    functionName: Name,
  ) => chain.client.readContract({ abi: clearinghouseAbi, address: stack.clearinghouse, functionName });

  const manager = <const Name extends 'hasRole' | 'getTargetFunctionRole'>(functionName: Name) =>
    ({ abi: managerAbi, address: stack.accessManager, functionName }) as const;

  /** Name of the error that the clearinghouse answers a call of `account` with; 'none' where it goes through. */
  const errorOf = (account: Address, data: Hex): Promise<string> =>
    nameOf(chain.client.call({ account, to: stack.clearinghouse, data }));

  const pause = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'pause' });
  const unpause = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'unpause' });
  const tighten = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'tightenPerp',
    args: [2, true, WAD],
  });
  const raiseCap = encodeFunctionData({
    abi: clearinghouseAbi,
    functionName: 'setPerp',
    args: [
      2,
      {
        enabled: true,
        openInterestCap: 10n ** 24n,
        premiumDepthUsd: 10_000_000n,
        priceBandBps: 500n,
        scaleFromBps: 0n,
        scaleToBps: 0n,
      },
    ],
  });

  describe('wiring', () => {
    it('gives the clearinghouse its engine, insurance account and modules', async () => {
      expect(await house('riskEngine')).to.equal(stack.riskEngine);
      expect(await house('insuranceAccount')).to.equal(encodeAccountId(stack.insuranceFund));
      const account = await chain.client.readContract({
        abi: insuranceFundAbi,
        address: stack.insuranceFund,
        functionName: 'account',
      });
      expect(account).to.equal(encodeAccountId(stack.insuranceFund));
      const info = async (module: Address) =>
        chain.client.readContract({
          abi: clearinghouseAbi,
          address: stack.clearinghouse,
          functionName: 'moduleInfo',
          args: [module],
        });
      const feeAccount = encodeAccountId(chain.deployer.address);
      expect(await info(stack.orderMatcher)).to.deep.equal([1, 5_000, 0n, 0n, feeAccount]);
      expect(await info(stack.liquidityVault)).to.deep.equal([1, 5_000, 0n, 0n, feeAccount]);
      expect((await info(stack.liquidator))[0]).to.equal(2);
      expect((await info(STRANGER))[0]).to.equal(0);
    });

    it('lists cash, WETH and WBTC with their decimals and underlyings', async () => {
      expect(await house('assetCount')).to.equal(3);
      const expected = [
        { token: stack.usdc, decimals: 6, underlying: 0 },
        { token: stack.weth, decimals: 18, underlying: 2 },
        { token: stack.wbtc, decimals: 8, underlying: 1 },
      ];
      for (const [assetId, asset] of expected.entries()) {
        const info = await chain.client.readContract({
          abi: clearinghouseAbi,
          address: stack.clearinghouse,
          functionName: 'assetInfo',
          args: [assetId],
        });
        expect(info).to.include({ ...asset, enabled: true, recorded: 0n });
      }
    });

    it('lets cash, and nothing else, be staked in the insurance fund, for two weeks at least', async () => {
      const read = <const Name extends 'asset' | 'clearinghouse' | 'redemption'>(functionName: Name) =>
        chain.client.readContract({ abi: insuranceFundAbi, address: stack.insuranceFund, functionName });
      expect(await read('asset')).to.equal(stack.usdc);
      expect(await read('clearinghouse')).to.equal(stack.clearinghouse);
      expect(await read('redemption')).to.deep.equal([14n * 86_400n, 7n * 86_400n]);
    });

    it('has the vault make markets in every perp, for the matcher and the clearinghouse of the stack', async () => {
      const read = <const Name extends 'asset' | 'clearinghouse' | 'orderMatcher' | 'terms' | 'redemption'>(
        functionName: Name,
      ) => chain.client.readContract({ abi: liquidityVaultAbi, address: stack.liquidityVault, functionName });
      expect(await read('asset')).to.equal(stack.usdc);
      expect(await read('clearinghouse')).to.equal(stack.clearinghouse);
      expect(await read('orderMatcher')).to.equal(stack.orderMatcher);
      expect(await read('terms')).to.deep.equal([5, 15_000]);
      expect(await read('redemption')).to.deep.equal([86_400n, 14_400n]);
      for (const underlying of [1, 2, 3]) {
        const market = await chain.client.readContract({
          abi: liquidityVaultAbi,
          address: stack.liquidityVault,
          functionName: 'marketOf',
          args: [underlying],
        });
        expect(market).to.include({ enabled: true, skewSpreadBps: 100, maxPriceAgeSec: 3_900 });
      }
    });

    it('gives every underlying a fresh price and an open perp', async () => {
      for (const [underlying, price] of [
        [1, 100_000n],
        [2, 4_000n],
        [3, 200n],
      ] as const) {
        const quote = await chain.client.readContract({
          abi: priceRouterAbi,
          address: stack.priceRouter,
          functionName: 'priceOf',
          args: [underlying],
        });
        expect(quote).to.include({ price: price * WAD, status: 0 });
        const perp = await chain.client.readContract({
          abi: clearinghouseAbi,
          address: stack.clearinghouse,
          functionName: 'perpConfig',
          args: [underlying],
        });
        expect(perp.enabled).to.equal(true);
      }
    });

    it("stores the SDK's presets as profiles, in their order", async () => {
      for (const [id, preset] of Object.values(PRESETS).entries()) {
        const stored = await chain.client.readContract({
          abi: riskEngineAbi,
          address: stack.riskEngine,
          functionName: 'profile',
          args: [BigInt(id)],
        });
        expect(profileFromStruct(stored)).to.deep.equal(preset);
      }
    });
  });

  describe('roles', () => {
    it('lets the guardian pause and tighten at once, and nothing else', async () => {
      expect(await errorOf(GUARDIAN, pause)).to.equal('none');
      expect(await errorOf(GUARDIAN, tighten)).to.equal('none');
      expect(await errorOf(GUARDIAN, unpause)).to.equal('AccessManagedUnauthorized');
      expect(await errorOf(GUARDIAN, raiseCap)).to.equal('AccessManagedUnauthorized');
    });

    it('lets the guardian tighten the vault, and nothing else of it', async () => {
      const tightenVault = encodeFunctionData({
        abi: liquidityVaultAbi,
        functionName: 'tighten',
        args: [2, false, 0n],
      });
      const terms = encodeFunctionData({
        abi: liquidityVaultAbi,
        functionName: 'setTerms',
        args: [0, 10_000],
      });
      const errorOfVault = (account: Address, data: Hex): Promise<string> =>
        nameOf(chain.client.call({ account, to: stack.liquidityVault, data }));
      expect(await errorOfVault(GUARDIAN, tightenVault)).to.equal('none');
      expect(await errorOfVault(GUARDIAN, terms)).to.equal('AccessManagedUnauthorized');
      expect(await errorOfVault(STRANGER, tightenVault)).to.equal('AccessManagedUnauthorized');
    });

    it('refuses strangers', async () => {
      for (const data of [pause, unpause, tighten, raiseCap]) {
        expect(await errorOf(STRANGER, data)).to.equal('AccessManagedUnauthorized');
      }
    });

    it('puts the admins, the deployer among them, behind the delay', async () => {
      for (const account of [GOVERNOR, chain.deployer.address]) {
        const role = await chain.client.readContract({ ...manager('hasRole'), args: [ADMIN_ROLE, account] });
        expect(role).to.deep.equal([true, DELAY_SEC]);
        expect(await errorOf(account, raiseCap)).to.match(
          /AccessManagedUnauthorized|AccessManagerNotScheduled/,
        );
      }
    });

    it('gives the guardian role to what tightens only', async () => {
      const roleOf = (signature: string) =>
        chain.client.readContract({
          ...manager('getTargetFunctionRole'),
          args: [stack.clearinghouse, toFunctionSelector(signature)],
        });
      expect(await roleOf('pause()')).to.equal(GUARDIAN_ROLE);
      expect(await roleOf('tightenPerp(uint16,bool,uint256)')).to.equal(GUARDIAN_ROLE);
      expect(await roleOf('tightenDated(uint16,bool,uint256)')).to.equal(GUARDIAN_ROLE);
      expect(await roleOf('tightenAsset(uint8,bool,uint256)')).to.equal(GUARDIAN_ROLE);
      expect(await roleOf('unpause()')).to.equal(ADMIN_ROLE);
    });

    it('executes a scheduled change after the delay, not before', async () => {
      const from = chain.deployer;
      const to = stack.accessManager;
      const gas = 1_000_000n;
      const schedule = {
        abi: managerAbi,
        functionName: 'schedule',
        args: [stack.clearinghouse, raiseCap, 0],
      } as const;
      const execute = {
        abi: managerAbi,
        functionName: 'execute',
        args: [stack.clearinghouse, raiseCap],
      } as const;
      await chain.execute([{ from, to, data: encodeFunctionData(schedule), gas, label: 'schedule' }]);
      const early = chain.client.call({ account: from, to, data: encodeFunctionData(execute) });
      expect(await early.catch((error: unknown) => String(error))).to.match(/NotReady|revert/i);
      await chain.mine((await chain.latest()).timestamp + DELAY_SEC);
      // the feeds must be fresh for a market to be listed anew
      const answer = encodeFunctionData({
        abi: parseAbi(['function setAnswer(int256)']),
        functionName: 'setAnswer',
        args: [400_000_000_000n],
      });
      await chain.execute([
        { from, to: stack.ethFeed, data: answer, gas, label: 'price' },
        { from, to, data: encodeFunctionData(execute), gas, label: 'execute' },
      ]);
      const perp = await chain.client.readContract({
        abi: clearinghouseAbi,
        address: stack.clearinghouse,
        functionName: 'perpConfig',
        args: [2],
      });
      expect(perp.openInterestCap).to.equal(10n ** 24n);
    });
  });

  describe('bounds', () => {
    let open: LocalChain;
    let bounded: StackAddresses;
    let closeOpen: () => Promise<void>;

    before(async () => {
      const server = await network.createServer('default', '127.0.0.1');
      closeOpen = () => server.close();
      const { port } = await server.listen();
      open = await connectChain(`http://127.0.0.1:${port}`);
      bounded = await deployLocal(open, {});
    });

    after(() => closeOpen());

    it('hold for the admin too', async () => {
      const config = {
        enabled: true,
        openInterestCap: WAD,
        premiumDepthUsd: 10_000_000n,
        priceBandBps: 500n,
        scaleFromBps: 0n,
        scaleToBps: 0n,
      };
      const bad = [
        { ...config, scaleFromBps: 9_000n, scaleToBps: 8_000n },
        { ...config, scaleToBps: 10_001n },
        { ...config, priceBandBps: 5n },
        { ...config, priceBandBps: 1_001n },
        { ...config, premiumDepthUsd: 1n },
        { ...config, openInterestCap: 1n << 96n },
      ];
      for (const one of bad) {
        const data = encodeFunctionData({ abi: clearinghouseAbi, functionName: 'setPerp', args: [1, one] });
        const call = open.client.call({ account: open.deployer, to: bounded.clearinghouse, data });
        expect(await nameOf(call)).to.equal('InvalidConfig');
      }
    });

    it('refuse a rate model above 300% a year at deployment', async () => {
      const server = await network.createServer('default', '127.0.0.1');
      try {
        const { port } = await server.listen();
        const other = await connectChain(`http://127.0.0.1:${port}`);
        const rateModel = { base: 4n * WAD, slopeLow: 0n, slopeHigh: 0n, kink: WAD / 2n, reserve: 0n };
        const outcome = await deployLocal(other, { rateModel }).then(
          () => 'deployed',
          (error: unknown) => String(error),
        );
        expect(outcome).to.match(/the deployment failed.*InvalidConfig/s);
      } finally {
        await server.close();
      }
    });
  });
});
