import { expect } from 'chai';
import { clearinghouseAbi, NovateContractError, toNovateError, volSurfaceAbi } from '@novate/sdk';
import { decodeFunctionResult, encodeFunctionData } from 'viem';
import type { Abi, AbiFunction, Hex } from 'viem';
import { ACCESS, DELEGATES } from '../governance/accessTable.ts';
import type { Bounds, Unbounded } from '../governance/boundsTable.ts';
import { BOUNDS } from '../governance/boundsTable.ts';
import { NO_DATA, OK, outcomeOf } from '../governance/outcome.ts';
import { mergeSurfaces, surfaceOf } from '../governance/surface.ts';
import type { World } from '../governance/world.ts';
import { createWorld } from '../governance/world.ts';

/** Setters are those of the contracts themselves: their code behind fallbacks is the same, the manager is OpenZeppelin's. */
const isJudged = (contract: string): boolean =>
  contract !== 'AccessManager' && !Object.values(DELEGATES).flat().includes(contract);

describe('bounds of every setter', function () {
  this.timeout(120_000);
  let world: World;
  const functions = new Map<string, ReadonlyMap<string, AbiFunction>>();

  before(async () => {
    world = await createWorld(0);
    for (const contract of Object.keys(BOUNDS)) {
      functions.set(
        contract,
        mergeSurfaces(await Promise.all([contract, ...(DELEGATES[contract] ?? [])].map(surfaceOf))),
      );
    }
  });

  const encode = (contract: string, name: string, args: readonly unknown[]): Hex => {
    const item = functions.get(contract)?.get(name);
    if (item === undefined) throw new Error(`${contract} has no ${name}`);
    return encodeFunctionData({ abi: [item], functionName: name, args: [...args] });
  };
  const isGuardians = (contract: string, name: string): boolean => {
    const who = ACCESS[contract]?.[name]?.who;
    return who !== 'anyone' && who?.includes('guardian') === true;
  };
  const callerOf = (contract: string, name: string) =>
    isGuardians(contract, name) ? world.people.guardian : world.people.governor;

  /** Name and values of the error that refuses a call. */
  const refusalOf = async (contract: string, name: string, args: readonly unknown[]): Promise<unknown[]> => {
    const target = world.addressOf(contract);
    try {
      await world.call(callerOf(contract, name), target, encode(contract, name, args));
      return [OK];
    } catch (thrown) {
      const error = toNovateError(thrown);
      if (!(error instanceof NovateContractError)) return [NO_DATA];
      return [error.errorName, ...Object.values(error.args)];
    }
  };

  it('are listed for every function that admins or guardian may call', () => {
    for (const [contract, rows] of Object.entries(ACCESS)) {
      if (!isJudged(contract)) continue;
      const setters = Object.entries(rows)
        .filter(([name, row]) => row.timelocked === true || isGuardians(contract, name))
        .map(([name]) => name);
      expect(Object.keys(BOUNDS[contract] ?? {}).sort(), contract).to.deep.equal(setters.sort());
    }
  });

  for (const [contract, setters] of Object.entries(BOUNDS)) {
    for (const [name, bounds] of Object.entries<Bounds | Unbounded>(setters)) {
      if ('unbounded' in bounds) continue;
      it(`${contract}.${name} refuses what is beyond, and says by how much`, async () => {
        for (const { args, error, after } of bounds.refused) {
          await world.undone(async () => {
            if (after !== undefined) {
              const [first, firstArgs] = after(world);
              const data = encode(contract, first, firstArgs);
              await world.send(callerOf(contract, first), world.addressOf(contract), data);
            }
            expect(await refusalOf(contract, name, args(world))).to.deep.equal([...error(world)]);
          });
        }
      });

      it(`${contract}.${name} takes the bounds themselves`, async () => {
        for (const args of bounds.within) {
          const data = encode(contract, name, args(world));
          const outcome = await outcomeOf(world, callerOf(contract, name), world.addressOf(contract), data);
          expect(outcome).to.equal(OK);
        }
      });
    }
  }

  describe('what the guardian does at once', () => {
    const read = async (contract: string, abi: Abi, functionName: string, args: readonly unknown[] = []) => {
      const data = encodeFunctionData({ abi, functionName, args });
      const answer = await world.call(world.deployer, world.addressOf(contract), data);
      return decodeFunctionResult({ abi, functionName, data: answer });
    };
    const ask = (functionName: 'paused' | 'perpConfig' | 'datedConfig' | 'assetInfo', ...args: number[]) =>
      read('Clearinghouse', clearinghouseAbi, functionName, args);
    const act = (contract: string, name: string, args: readonly unknown[]) =>
      world.send(world.people.guardian, world.addressOf(contract), encode(contract, name, args));

    it('stops new risk, lowers caps and closes markets and assets', async () => {
      await world.undone(async () => {
        await act('Clearinghouse', 'pause', []);
        await act('Clearinghouse', 'tightenPerp', [2, false, 7n]);
        await act('Clearinghouse', 'tightenDated', [2, false, 8n]);
        await act('Clearinghouse', 'tightenAsset', [1, false, 9n]);
        expect(await ask('paused')).to.equal(true);
        expect(await ask('perpConfig', 2)).to.include({ enabled: false, openInterestCap: 7n });
        expect(await ask('datedConfig', 2)).to.include({ enabled: false, openInterestCap: 8n });
        const weth = { token: world.fixtures.weth, decimals: 18, underlying: 2, enabled: false, cap: 9n };
        expect(await ask('assetInfo', 1)).to.include(weth);
      });
    });

    it('drops a surface signer', async () => {
      await world.undone(async () => {
        await act('VolSurface', 'removeSigner', [world.people.surfaceSigner]);
        const signers = await read('VolSurface', volSurfaceAbi, 'signers');
        expect(signers).to.deep.equal([world.people.keeper]);
      });
    });

    it('cannot take any of it back', async () => {
      const { guardian } = world.people;
      await world.undone(async () => {
        await act('Clearinghouse', 'pause', []);
        const house = world.addressOf('Clearinghouse');
        const refused = await outcomeOf(world, guardian, house, encode('Clearinghouse', 'unpause', []));
        expect(refused).to.equal('AccessManagedUnauthorized');
        expect(await ask('paused')).to.equal(true);
      });
    });
  });
});
