import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { getAddress } from 'viem';
import {
  addressesOf,
  AddressFileError,
  loadDeployedAddresses,
  parseDeployedAddresses,
  UnknownDeploymentError,
} from '../../src/addresses/index.ts';

const address = (digit: string): string => `0x${digit.repeat(40)}`;
const deployed = {
  'Novate#AccessManager': address('a'),
  'Novate#Clearinghouse': address('1'),
  'Novate#Liquidator': address('2'),
  'Novate#OrderMatcher': address('3'),
  'Novate#RiskEngine': address('4'),
  'Novate#PriceRouter': address('5'),
  'Novate#MarginLens': address('6'),
  'LocalStack#USDC': address('7'),
};

function problem(content: unknown): string {
  try {
    parseDeployedAddresses(typeof content === 'string' ? content : JSON.stringify(content), 'here.json');
  } catch (error) {
    expect(error).to.be.instanceOf(AddressFileError);
    const { message } = error as AddressFileError;
    expect(message).to.not.include('\n');
    return message;
  }
  throw new Error('accepted');
}

describe('deployed addresses', () => {
  it('are read from an Ignition file, checksummed', () => {
    const addresses = parseDeployedAddresses(JSON.stringify(deployed));
    expect(addresses).to.deep.equal({
      accessManager: getAddress(address('a')),
      clearinghouse: address('1'),
      liquidator: address('2'),
      orderMatcher: address('3'),
      riskEngine: address('4'),
      priceRouter: address('5'),
      marginLens: address('6'),
    });
  });

  it('may come from another module, or from none', () => {
    const renamed = Object.fromEntries(
      Object.entries(deployed).map(([key, value]) => [
        key.replace('Novate#', key.length % 2 ? 'Other#' : ''),
        value,
      ]),
    );
    expect(parseDeployedAddresses(JSON.stringify(renamed)).clearinghouse).to.equal(address('1'));
  });

  it('give one clear line where the file is bad', () => {
    expect(problem('{')).to.equal('here.json: is not valid JSON; deploy again or restore the file');
    expect(problem([])).to.include('must be a JSON object');
    expect(problem({ ...deployed, 'Novate#Liquidator': undefined })).to.include(
      'has no entry "Novate#Liquidator"',
    );
    expect(problem({ ...deployed, 'Novate#Liquidator': '0x12' })).to.include(
      'entry of Liquidator is not an address',
    );
    expect(problem({ ...deployed, 'Novate#Liquidator': 5 })).to.include('entry of Liquidator');
    expect(problem({ ...deployed, 'Old#Liquidator': address('9') })).to.include(
      'has two entries of Liquidator',
    );
    expect(problem({ ...deployed, 'x#constructor': 1, 'Novate#MarginLens': 'x' })).to.include(
      'entry of MarginLens',
    );
  });

  it('are loaded from a path, which errors name', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'novate-addresses-'));
    try {
      const path = join(folder, 'deployed_addresses.json');
      await writeFile(path, JSON.stringify(deployed));
      expect((await loadDeployedAddresses(path)).orderMatcher).to.equal(address('3'));
      const missing: unknown = await loadDeployedAddresses(join(folder, 'none.json')).catch(
        (error: unknown) => error,
      );
      expect(missing)
        .to.be.instanceOf(AddressFileError)
        .with.property('message')
        .that.includes('none.json: cannot be read');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe('the address book', () => {
  it('has the deployment of a chain, or says which chains there are', () => {
    const here = parseDeployedAddresses(JSON.stringify(deployed));
    expect(addressesOf(7, { 7: here })).to.equal(here);
    expect(() => addressesOf(8, { 7: here })).to.throw(
      UnknownDeploymentError,
      /chain 8; there are some on 7\./,
    );
    expect(() => addressesOf(999_999)).to.throw(UnknownDeploymentError, 'parseDeployedAddresses');
  });
});
