import { expect } from 'chai';
import { decodeEventLog, encodeAbiParameters, encodeEventTopics, getAddress, toHex } from 'viem';
import type { Abi, AbiEvent, Hex } from 'viem';
import { liquidatorAbi, orderMatcherAbi, priceRouterAbi, riskEngineAbi } from '../../src/abi/index.ts';
import { clearinghouseAbi } from '../../src/client/protocolAbi.ts';
import {
  decodeNovateLog,
  decodeStateLog,
  MalformedLogError,
  stateEventTopics,
} from '../../src/events/index.ts';
import type { StateEvent } from '../../src/events/index.ts';
import { randomSigned, randomSource, randomUnsigned } from './random.ts';

const STATE_EVENTS: readonly StateEvent['name'][] = [
  'CashUpdated',
  'CollateralUpdated',
  'PositionUpdated',
  'PositionsUpdated',
  'ProfileChanged',
  'FlagUpdated',
  'PerpUpdated',
  'InterestAccrued',
  'Deleveraged',
  'PositionDeleveraged',
];
const ROUNDS = 200;
const ADDRESS = '0x5FbDB2315678afecb367f032d93F642f64180aa3';

interface EncodedLog {
  readonly topics: [Hex, ...Hex[]];
  readonly data: Hex;
}

function eventsOf(abi: Abi): readonly AbiEvent[] {
  const events = abi.filter((item) => item.type === 'event');
  return [...new Map(events.map((item) => [item.name, item])).values()];
}

function encodeLog(event: AbiEvent, values: readonly unknown[]): EncodedLog {
  const named = Object.fromEntries(event.inputs.map(({ name }, i) => [name ?? '', values[i]]));
  const [topic, ...rest] = encodeEventTopics({ abi: [event], eventName: event.name, args: named });
  const plain = event.inputs
    .map((input, i) => ({ input, value: values[i] }))
    .filter(({ input }) => input.indexed !== true);
  const data = encodeAbiParameters(
    plain.map(({ input }) => input),
    plain.map(({ value }) => value),
  );
  if (topic === undefined) throw new Error(`${event.name} has no topic`);
  return { topics: [topic, ...rest.filter((entry) => typeof entry === 'string')], data };
}

function randomOf(next: () => number, type: string): unknown {
  if (type === 'address') return getAddress(toHex(randomUnsigned(next, 160), { size: 20 }));
  if (type === 'bool') return next() % 2 === 0;
  if (type === 'bytes32') return toHex(randomUnsigned(next, 256), { size: 32 });
  if (type.endsWith('[]')) return Array.from({ length: next() % 5 }, () => randomOf(next, type.slice(0, -2)));
  const match = /^(u?)int(\d+)$/.exec(type);
  if (match === null) return undefined;
  const bits = Number(match[2]);
  const value = match[1] === 'u' ? randomUnsigned(next, bits) : randomSigned(next, bits);
  return bits <= 48 ? Number(value) : value;
}

function randomLog(event: AbiEvent, next: () => number): EncodedLog | undefined {
  const values = event.inputs.map(({ type }) => randomOf(next, type));
  return values.includes(undefined) ? undefined : encodeLog(event, values);
}

describe('decodeStateLog', () => {
  it("agrees with viem's decodeEventLog on random logs of each state event", () => {
    const next = randomSource(1);
    const events = eventsOf(clearinghouseAbi).filter(({ name }) =>
      STATE_EVENTS.some((known) => known === name),
    );
    expect(events.map(({ name }) => name)).to.have.members([...STATE_EVENTS]);
    for (const event of events) {
      for (let i = 0; i < ROUNDS; ++i) {
        const log = randomLog(event, next);
        if (log === undefined) throw new Error(`cannot make ${event.name}`);
        const { eventName, args } = decodeEventLog({ abi: clearinghouseAbi, ...log });
        expect(decodeStateLog(log)).to.deep.equal({ name: eventName, ...args });
        expect(stateEventTopics).to.include(log.topics[0]);
      }
    }
  });

  it('passes over every other event', () => {
    const next = randomSource(2);
    for (const event of [...eventsOf(clearinghouseAbi), ...eventsOf(liquidatorAbi)]) {
      if (STATE_EVENTS.some((known) => known === event.name)) continue;
      const log = randomLog(event, next);
      if (log !== undefined) expect(decodeStateLog(log), event.name).to.equal(undefined);
    }
    expect(decodeStateLog({ topics: [], data: '0x' })).to.equal(undefined);
  });

  it('refuses a log with a known topic and another shape', () => {
    const [cash] = eventsOf(clearinghouseAbi).filter(({ name }) => name === 'CashUpdated');
    if (cash === undefined) throw new Error('no CashUpdated');
    const log = encodeLog(cash, [1n, 2n]);
    expect(() => decodeStateLog({ ...log, data: '0x' })).to.throw(MalformedLogError, 'CashUpdated');
    expect(() => decodeStateLog({ ...log, topics: log.topics.slice(0, 1) })).to.throw(MalformedLogError);
    const [positions] = eventsOf(clearinghouseAbi).filter(({ name }) => name === 'PositionsUpdated');
    if (positions === undefined) throw new Error('no PositionsUpdated');
    const list = encodeLog(positions, [1n, [2n, 3n]]);
    for (const data of [
      '0x',
      list.data.slice(0, -64),
      list.data.slice(0, -2),
      `${list.data}${'00'.repeat(32)}`,
    ])
      expect(() => decodeStateLog({ ...list, data: data as Hex }), data).to.throw(MalformedLogError);
  });
});

describe('decodeNovateLog', () => {
  const abis: readonly [string, Abi][] = [
    ['clearinghouse', clearinghouseAbi],
    ['liquidator', liquidatorAbi],
    ['orderMatcher', orderMatcherAbi],
    ['riskEngine', riskEngineAbi],
    ['priceRouter', priceRouterAbi],
  ];

  it("agrees with viem's decodeEventLog on random logs of every event", () => {
    const next = randomSource(3);
    let decoded = 0;
    for (const [contract, abi] of abis) {
      for (const event of eventsOf(abi)) {
        const log = randomLog(event, next);
        if (log === undefined) continue;
        const expected = decodeEventLog({ abi, ...log });
        const found = decodeNovateLog({ ...log, address: ADDRESS }, { [contract]: ADDRESS });
        expect(found, event.name).to.deep.include({
          contract,
          eventName: expected.eventName,
          args: expected.args,
        });
        decoded += 1;
      }
    }
    expect(decoded).to.be.greaterThan(25);
  });

  it('believes only the right contract where the addresses are known', () => {
    const [event] = eventsOf(clearinghouseAbi).filter(({ name }) => name === 'CashUpdated');
    if (event === undefined) throw new Error('no CashUpdated');
    const log = { ...encodeLog(event, [1n, 2n]), address: ADDRESS.toLowerCase() };
    expect(decodeNovateLog(log)?.eventName).to.equal('CashUpdated');
    expect(decodeNovateLog(log, { clearinghouse: ADDRESS })?.eventName).to.equal('CashUpdated');
    expect(decodeNovateLog(log, { liquidator: ADDRESS })).to.equal(undefined);
    expect(decodeNovateLog({ ...log, address: `0x${'22'.repeat(20)}` }, { clearinghouse: ADDRESS })).to.equal(
      undefined,
    );
  });

  it('passes over what is not of Novate, and refuses what is malformed', () => {
    expect(decodeNovateLog({ topics: [`0x${'00'.repeat(32)}`], data: '0x' })).to.equal(undefined);
    expect(decodeNovateLog({ topics: [], data: '0x' })).to.equal(undefined);
    const [topic] = stateEventTopics;
    if (topic === undefined) throw new Error('no topics');
    expect(() => decodeNovateLog({ topics: [topic], data: '0x' })).to.throw(MalformedLogError, 'CashUpdated');
  });
});
