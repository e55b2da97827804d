import { expect } from 'chai';
import { encodeAbiParameters, encodeErrorResult, getAddress, zeroAddress } from 'viem';
import type { Abi, Hex } from 'viem';
import { ContractFunctionExecutionError, ContractFunctionRevertedError, RpcRequestError } from 'viem';
import * as generatedAbis from '../../src/abi/index.ts';
import { clearinghouseAbi } from '../../src/client/protocolAbi.ts';
import { encodeAccountId, encodeInstrumentId } from '../../src/codec/index.ts';
import { allErrorsAbi, errorsOf, selectorOf, signatureOf } from '../../src/errors/allErrorsAbi.ts';
import type { AbiError } from '../../src/errors/allErrorsAbi.ts';
import { explanationOf } from '../../src/errors/explanations/index.ts';
import { formatters, placeholdersOf } from '../../src/errors/format.ts';
import { decodeNovateError, formatInstrument, toNovateError } from '../../src/errors/index.ts';
import type { NovateContractError } from '../../src/errors/index.ts';

const OWNER = '0x00000000000000000000000000000000DeaDBeef';
const ACCOUNT = encodeAccountId(OWNER, 3n);
const ETH_PERP = encodeInstrumentId({ kind: 'perp', underlying: 1 });
const WAD = 10n ** 18n;

// every generated ABI, so that an error of a new contract is missed by nobody
const everyError: readonly AbiError[] = [
  ...allErrorsAbi,
  ...Object.values(generatedAbis).flatMap((abi: Abi) => errorsOf(abi)),
];

function revertData(errorName: string, args: readonly unknown[], inputCount = args.length): Hex {
  const item = allErrorsAbi.find(({ name, inputs }) => name === errorName && inputs.length === inputCount);
  if (item === undefined) throw new Error(`no error ${errorName}`);
  return encodeErrorResult({ abi: [item], errorName, args });
}

function decoded(error: unknown, names = {}): NovateContractError {
  const result = decodeNovateError(error, names);
  if (result === undefined) throw new Error('not decoded');
  return result;
}

describe('decodeNovateError', () => {
  it('has a sentence and a remedy for every error of every ABI', () => {
    expect(everyError.length).to.be.greaterThan(100);
    const missing = everyError.filter((item) => explanationOf(item.name, signatureOf(item)) === undefined);
    expect(missing.map(signatureOf)).to.deep.equal([]);
    for (const item of everyError) {
      const explanation = explanationOf(item.name, signatureOf(item));
      expect(explanation?.says, item.name).to.match(/\.$/);
      expect(explanation?.remedy, item.name).to.match(/^[A-Z].{15,}\.$/s);
    }
  });

  it('fills every placeholder of every sentence from the arguments of its error', () => {
    for (const item of allErrorsAbi) {
      const explanation = explanationOf(item.name, signatureOf(item));
      for (const { name, kind } of placeholdersOf(explanation?.says ?? '')) {
        const known = /^\d+$/.test(name)
          ? Number(name) < item.inputs.length
          : item.inputs.some((i) => i.name === name);
        expect(known, `${signatureOf(item)} has no argument ${name}`).to.equal(true);
        expect(formatters, `${item.name} {${name}:${kind}}`).to.have.property(kind);
      }
      expect(explanation?.says).to.not.match(/\{\w*\}/);
    }
  });

  it('decodes each error of the ABIs from its bare data', () => {
    for (const item of allErrorsAbi) {
      const values = item.inputs.map(({ type }) => sampleOf(type));
      const parameters = encodeAbiParameters(item.inputs, values).slice(2);
      const error = decoded(`${selectorOf(item)}${parameters}`);
      expect(error.errorName).to.equal(item.name);
      expect(Object.values(error.args), item.name).to.deep.equal(values);
      expect(error.sentence, item.name).to.not.include('{');
    }
  });

  it('tells amounts in decimals, accounts as owner and sub-account, and what to do', () => {
    const error = decoded(
      revertData('BelowInitialMargin', [ACCOUNT, -1_500_000_000_000_000_000n, 250n * WAD]),
    );
    expect(error.args).to.deep.equal({
      account: ACCOUNT,
      equity: -1_500_000_000_000_000_000n,
      initialMargin: 250n * WAD,
    });
    expect(error.sentence).to.equal(
      `Account ${getAddress(OWNER)}/3 would have equity of -1.5 USD, below the initial margin of 250 USD that it ` +
        'needs, without having reduced its risk.',
    );
    expect(error.remedy).to.include('Deposit at least the difference');
    expect(error.message).to.equal(`${error.sentence} ${error.remedy}`);
    expect(error.signature).to.equal('BelowInitialMargin(uint256,int256,uint256)');
  });

  it('names instruments, underlyings and assets where the names are known', () => {
    const data = revertData('OpenInterestCapExceeded', [ETH_PERP, 5n * WAD, 6n * WAD]);
    expect(decoded(data).sentence).to.include('of #1-PERP to 6, above its cap of 5.');
    expect(decoded(data, { underlyings: { 1: 'ETH' } }).sentence).to.include('ETH-PERP');
    const capped = revertData('DepositCapExceeded', [2, 5n * WAD, 6n * WAD]);
    expect(decoded(capped, { assets: { 2: 'WETH' } }).sentence).to.include('asset WETH to 6');
  });

  it('cuts amounts to six decimals, and shows all of them where the cut would hide the difference', () => {
    const far = decoded(revertData('RewardTooLow', [1_234_567_891_234_567_891n, 2n * WAD]));
    expect(far.sentence).to.include('1.234567 USD').and.to.include('the 2 USD');
    const near = decoded(revertData('RewardTooLow', [2n * WAD, 2n * WAD + 1n]));
    expect(near.sentence).to.include('is 2 USD').and.to.include('the 2.000000000000000001 USD');
  });

  it('tells apart the two errors that share the name NotAuthorised', () => {
    const scoped = decoded(revertData('NotAuthorised', [ACCOUNT, OWNER, 2]));
    expect(scoped.sentence).to.include('may not withdraw or transfer for account');
    expect(decoded(revertData('NotAuthorised', [ACCOUNT, OWNER])).sentence).to.include(
      'may not act for account',
    );
  });

  it("finds the data inside what viem throws, and uses the called contract's argument names", () => {
    const data = revertData('NotAuthorised', [ACCOUNT, OWNER]);
    const matcher = generatedAbis.orderMatcherAbi;
    const error = decoded(viemError(matcher, 'cancel', data));
    expect(error.args).to.have.all.keys('account', 'caller');
    expect(error.cause).to.be.instanceOf(ContractFunctionExecutionError);
  });

  it('finds the data in a JSON-RPC error, nested as nodes nest it', () => {
    const data = revertData('EmptyBasket', []);
    const request = { body: {}, url: 'http://node' };
    expect(
      decoded(new RpcRequestError({ ...request, error: { code: 3, data, message: 'x' } })).errorName,
    ).to.equal('EmptyBasket');
    expect(decoded({ data: { data, message: 'x' } }).errorName).to.equal('EmptyBasket');
    expect(decoded({ error: { data: { originalError: { data } } } }).errorName).to.equal('EmptyBasket');
  });

  it('decodes reason strings, panics and what no ABI knows', () => {
    const builtIns = [
      { type: 'error', name: 'Error', inputs: [{ name: 'reason', type: 'string' }] },
      { type: 'error', name: 'Panic', inputs: [{ name: 'code', type: 'uint256' }] },
    ] as const;
    const reason = decoded(encodeErrorResult({ abi: builtIns, errorName: 'Error', args: ['too late'] }));
    expect([reason.errorName, reason.sentence]).to.deep.equal(['Error', 'The call reverted: too late.']);
    const panic = decoded(encodeErrorResult({ abi: builtIns, errorName: 'Panic', args: [0x11n] }));
    expect(panic.sentence).to.include('a number overflowed');
    const unknown = decoded('0xdeadbeef');
    expect([unknown.errorName, unknown.args['selector']]).to.deep.equal(['Unknown', '0xdeadbeef']);
    expect(decoded(`${selectorOf(allErrorsAbi[0] ?? neverItem())}00`).errorName).to.equal('Unknown');
  });

  it('explains nothing where nothing reverted', () => {
    const offline = new Error('offline');
    for (const error of [offline, undefined, null, '0x', 'text', { data: '0x' }]) {
      expect(decodeNovateError(error)).to.equal(undefined);
    }
    expect(toNovateError(offline)).to.equal(offline);
    const cyclic: { cause?: unknown } = {};
    cyclic.cause = cyclic;
    expect(decodeNovateError(cyclic)).to.equal(undefined);
    const known = decoded('0xdeadbeef');
    expect(decodeNovateError(known)).to.equal(known);
  });

  it('names dated instruments, and shows what is none as hex', () => {
    const expirySec = 1_772_784_000n;
    const call = encodeInstrumentId({ kind: 'call', underlying: 1, expirySec, strike: 3200n * WAD });
    expect(formatInstrument(call, { underlyings: { 1: 'ETH' } })).to.equal('ETH-2026-03-06T08:00Z-3200-C');
    const future = encodeInstrumentId({ kind: 'future', underlying: 2, expirySec });
    expect(formatInstrument(future)).to.equal('#2-2026-03-06T08:00Z');
    expect(formatInstrument(7n)).to.equal('0x7');
  });

  it('covers the errors of the clearinghouse and of its extension', () => {
    expect(errorsOf(clearinghouseAbi).map(({ name }) => name)).to.include.members([
      'BelowInitialMargin',
      'InvalidConfig',
    ]);
  });
});

function viemError(abi: Abi, functionName: string, data: Hex): ContractFunctionExecutionError {
  const cause = new ContractFunctionRevertedError({ abi, data, functionName });
  return new ContractFunctionExecutionError(cause, {
    abi,
    functionName,
    args: [],
    contractAddress: zeroAddress,
  });
}

function sampleOf(type: string): unknown {
  if (type === 'address') return getAddress(OWNER);
  if (type === 'string') return 'field';
  if (type === 'bool') return true;
  if (type === 'bytes32') return `0x${'ab'.repeat(32)}`;
  if (type === 'bytes4') return '0xabababab';
  const bits = Number(/\d+$/.exec(type)?.[0]);
  return bits <= 48 ? 1 : 123n;
}

function neverItem(): never {
  throw new Error('no errors at all');
}
