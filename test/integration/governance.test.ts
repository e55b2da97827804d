import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import accessManager from '@openzeppelin/contracts/build/contracts/AccessManager.json' with { type: 'json' };
import { expect } from 'chai';
import { decodeFunctionResult, encodeFunctionData, toFunctionSelector } from 'viem';
import type { Abi } from 'viem';
import { ACCESS, DELEGATES } from '../governance/accessTable.ts';
import { ACTORS, addressOfActor } from '../governance/actors.ts';
import { NOT_READY, OK, isAccessError, outcomeOf } from '../governance/outcome.ts';
import { prepare, scheduleData } from '../governance/prepare.ts';
import { mergeSurfaces, surfaceOf } from '../governance/surface.ts';
import type { Surface } from '../governance/surface.ts';
import type { Entry } from '../governance/walk.ts';
import { compareRows, entriesOf, tryEverybody } from '../governance/walk.ts';
import type { World } from '../governance/world.ts';
import { createWorld } from '../governance/world.ts';

const managerAbi = accessManager.abi as Abi;
const PUBLIC_ROLE = 2n ** 64n - 1n;

const IMPLEMENTATIONS = Object.values(DELEGATES).flat();
/** Who has rights beyond accounts of one's own, and what SECURITY.md calls them. */
const HOLDERS = {
  governor: 'admins',
  guardian: 'guardian',
  venue: 'venue',
  liquidator: 'liquidator',
} as const;

/** The rights of the table, as SECURITY.md says them: `Contract.function who when`. */
function rightsOfTable(): string[] {
  return Object.entries(ACCESS)
    .filter(([contract]) => !IMPLEMENTATIONS.includes(contract))
    .flatMap(([contract, rows]) =>
      Object.entries(rows).flatMap(([name, { who, timelocked }]) => {
        // the governor's own role is his to give up, as anybody's
        if (who === 'anyone' || name === 'renounceRole') return [];
        const holder = Object.entries(HOLDERS).find(([actor]) => who.some((one) => one === actor));
        if (holder === undefined) return [];
        return [`${contract}.${name} ${holder[1]} ${timelocked === true ? 'after the delay' : 'at once'}`];
      }),
    );
}

function rightsOfDocument(): string[] {
  const text = readFileSync(join(import.meta.dirname, '../../SECURITY.md'), 'utf8');
  return text
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter(([, contract]) => contract !== undefined && contract in ACCESS)
    .flatMap(([, contract = '', who = '', when = '', functions = '']) =>
      [...functions.matchAll(/`(\w+)`/g)].map(([, name]) => `${contract}.${name ?? ''} ${who} ${when}`),
    );
}

describe('governance', function () {
  this.timeout(300_000);
  let world: World;
  const surfaces = new Map<string, Surface>();
  let entries: Entry[];

  /** A contract's own functions and those of the contracts that it delegates to. */
  const functionsOf = (contract: string) =>
    mergeSurfaces(
      [contract, ...(DELEGATES[contract] ?? [])].map((name) => {
        const surface = surfaces.get(name);
        if (surface === undefined) throw new Error(`${name} is not deployed`);
        return surface;
      }),
    );

  before(async () => {
    world = await createWorld();
    for (const { name } of world.deployed) surfaces.set(name, await surfaceOf(name));
    await prepare(world);
    entries = world.deployed.flatMap(({ name }) =>
      entriesOf(world, name, functionsOf(name), ACCESS[name] ?? {}),
    );
  });

  describe('the table', () => {
    it('has a row for every state-changing function of every deployed contract, and no other', () => {
      const problems = world.deployed.flatMap(({ name }) =>
        compareRows(name, functionsOf(name).keys(), ACCESS[name]),
      );
      expect(problems).to.deep.equal([]);
    });

    it('names no contract that is not deployed', () => {
      const names = world.deployed.map(({ name }) => name);
      expect(Object.keys(ACCESS).sort()).to.deep.equal(names.sort());
    });

    it('knows every contract that a transaction of the deployment created', () => {
      expect([...world.created].sort()).to.deep.equal(world.deployed.map(({ address }) => address).sort());
    });

    it('knows where a fallback leads, and nothing takes ether unasked', async () => {
      for (const [name, { hasFallback, hasReceive }] of surfaces) {
        expect(name in DELEGATES, name).to.equal(hasFallback);
        expect(hasReceive, name).to.equal(false);
      }
      const read = async (contract: string, getter: string) =>
        world.call(world.deployer, world.addressOf(contract), toFunctionSelector(`${getter}()`));
      const word = (contract: string) =>
        `0x${world.addressOf(contract).slice(2).toLowerCase().padStart(64, '0')}`;
      expect(await read('Clearinghouse', 'extension')).to.equal(word('ClearinghouseExt'));
      expect(await read('Clearinghouse', 'liquidation')).to.equal(word('ClearinghouseLiquidation'));
      expect(await read('Clearinghouse', 'deleveraging')).to.equal(word('ClearinghouseDeleveraging'));
      expect(await read('RiskEngine', 'extension')).to.equal(word('RiskEngineExt'));
    });

    it('is what SECURITY.md says', () => {
      expect(rightsOfDocument().sort()).to.deep.equal(rightsOfTable().sort());
    });

    it('would miss neither a function without a row nor a row without a function', () => {
      const rows = ACCESS.Liquidator;
      const names = [...functionsOf('Liquidator').keys()];
      expect(compareRows('Liquidator', [...names, 'drain'], rows)).to.deep.equal([
        'Liquidator.drain has no row',
      ]);
      expect(compareRows('Liquidator', names.slice(1), rows)).to.deep.equal([
        `Liquidator has no function ${names[0] ?? ''}, only a row`,
      ]);
      expect(compareRows('Vault', [], ACCESS.Vault)).to.deep.equal([
        'Vault is deployed and not in the table',
      ]);
    });
  });

  describe('every function, tried by everybody', () => {
    it('refuses whom the table does not name, and nobody else', async () => {
      const problems: string[] = [];
      for (const entry of entries) problems.push(...(await tryEverybody(world, entry)));
      expect(problems).to.deep.equal([]);
      expect(entries.length * ACTORS.length).to.be.greaterThan(1_500);
    });

    it('would notice a function that is open to all', async () => {
      const [manager, house] = [world.addressOf('AccessManager'), world.addressOf('Clearinghouse')];
      const open = encodeFunctionData({
        abi: managerAbi,
        functionName: 'setTargetFunctionRole',
        args: [house, [toFunctionSelector('unpause()')], PUBLIC_ROLE],
      });
      const entry = entries.find((one) => one.contract === 'Clearinghouse' && one.name === 'unpause');
      if (entry === undefined) throw new Error('no such entry');
      await world.undone(async () => {
        await world.send(world.people.governor, manager, scheduleData({ target: manager, data: open }));
        await world.wait(world.delaySec);
        await world.send(world.people.governor, manager, open);
        const problems = await tryEverybody(world, entry);
        expect(problems).to.include('Clearinghouse.unpause by stranger: must be refused, yet: ok');
        // all but the manager itself, which calls nothing that nobody executes through it
        expect(problems).to.have.lengthOf(ACTORS.length - 1);
      });
    });
  });

  describe('the timelock', () => {
    it('holds for the admins with the delay of the deployment, and is the same for all of them', async () => {
      for (const { contract, target, name, row, data } of entries) {
        if (row.timelocked !== true || row.who === 'anyone' || contract === 'AccessManager') continue;
        for (const actor of row.who) {
          const call = encodeFunctionData({
            abi: managerAbi,
            functionName: 'canCall',
            args: [addressOfActor(world, actor), target, data.slice(0, 10)],
          });
          const answer = await world.call(world.deployer, world.addressOf('AccessManager'), call);
          expect(
            decodeFunctionResult({ abi: managerAbi, functionName: 'canCall', data: answer }),
            `${contract}.${name}`,
          ).to.deep.equal([false, world.delaySec]);
        }
      }
    });

    it('lets what waited through: scheduled, refused a second early, done after', async () => {
      const manager = world.addressOf('AccessManager');
      const { governor } = world.people;
      let tried = 0;
      for (const { contract, target, name, row, data } of entries) {
        if (row.timelocked !== true) continue;
        const label = `${contract}.${name}`;
        const operation = row.scheduledAs?.(world) ?? { target, data };
        await world.undone(async () => {
          await world.send(governor, manager, scheduleData(operation));
          expect(await outcomeOf(world, governor, target, data), `${label} at once`).to.equal(NOT_READY);
          await world.wait(world.delaySec - 60);
          expect(await outcomeOf(world, governor, target, data), `${label} early`).to.equal(NOT_READY);
          await world.wait(60);
          const outcome = await outcomeOf(world, governor, target, data);
          if (row.answers === 'any') expect(isAccessError(outcome), `${label}: ${outcome}`).to.equal(false);
          else expect(outcome, `${label} after the delay`).to.equal(OK);
          // nobody else may use what the governor scheduled
          const other = await outcomeOf(world, world.people.stranger, target, data);
          expect(isAccessError(other), `${label} by a stranger: ${other}`).to.equal(true);
        });
        tried++;
      }
      expect(tried).to.be.greaterThan(30);
    });
  });
});
