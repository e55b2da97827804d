import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { encodeErrorResult } from 'viem';
import { clearinghouseAbi, liquidatorAbi } from '@novate/sdk';
import { createKeeperClient } from '../../src/chain/viemChain.ts';
import { classifySendError, classifySimulationError, messageOf } from '../../src/execute/classify.ts';
import { nodeError } from '../helpers/fakeNode.ts';

describe('error classes', () => {
  it('sorts what nodes say about a transaction', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['already known', 'alreadyKnown'],
      ['Known transaction: 0x12', 'alreadyKnown'],
      ['transaction already imported', 'alreadyKnown'],
      ['nonce too low: next nonce 5, tx nonce 4', 'nonceTooLow'],
      ['Nonce too low. Expected nonce to be 5 but got 4.', 'nonceTooLow'],
      ['replacement transaction underpriced', 'underpriced'],
      ['Replacement transaction underpriced. A gasPrice of at least 5 is necessary', 'underpriced'],
      ['max fee per gas less than block base fee', 'underpriced'],
      ['insufficient funds for gas * price + value', 'insufficientFunds'],
      ["Sender doesn't have enough funds to send tx", 'insufficientFunds'],
      ['intrinsic gas too low', 'rejected'],
    ];
    for (const [message, expected] of cases)
      expect(classifySendError(nodeError(message)), message).to.equal(expected);
  });

  it('takes no answer, and a proxy that knows nothing, for what they are', () => {
    expect(classifySendError(new Error('fetch failed'))).to.equal('unsure');
    expect(classifySendError(Object.assign(new Error('x'), { code: 'ECONNREFUSED' }))).to.equal('unsure');
    expect(classifySendError(nodeError('internal error', -32603))).to.equal('unsure');
    expect(classifySendError(nodeError('limit exceeded', -32005))).to.equal('unsure');
  });

  it('tells a rival from trouble in a simulation', () => {
    const revert = (data: string) => Object.assign(new Error('execution reverted'), { code: 3, data });
    const gone = encodeErrorResult({ abi: liquidatorAbi, errorName: 'NotLiquidatable', args: [1n, 2n, 1n] });
    expect(classifySimulationError(revert(gone))).to.include({ kind: 'gone', skip: 'healthyOnChain' });
    const margin = encodeErrorResult({
      abi: clearinghouseAbi,
      errorName: 'BelowInitialMargin',
      args: [1n, 2n, 3n],
    });
    expect(classifySimulationError(revert(margin))).to.include({ kind: 'keeperMargin' });
    const stale = encodeErrorResult({ abi: liquidatorAbi, errorName: 'PriceNotUsable', args: [1n, 2] });
    expect(classifySimulationError(revert(stale))).to.include({ skip: 'priceStale' });
    const over = encodeErrorResult({ abi: liquidatorAbi, errorName: 'Overshoot', args: [2n, 1n] });
    expect(classifySimulationError(revert(over))).to.include({ kind: 'overshoot' });
    expect(classifySimulationError(new Error('fetch failed'))).to.include({ kind: 'rpc', skip: 'rpcError' });
    expect(classifySimulationError(nodeError('execution reverted'))).to.include({ kind: 'reverts' });
  });

  it('never repeats an endpoint, which may hold a key', () => {
    expect(messageOf(new Error('cannot reach https://rpc.example/v1/SECRET now'))).to.equal(
      'cannot reach [endpoint] now',
    );
  });

  it('says why an endpoint could not be reached', async () => {
    const server = createServer((_, response) => void response.writeHead(429).end());
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const ask = async (): Promise<string> => {
      try {
        return String(await createKeeperClient(`http://127.0.0.1:${port}`, 2_000).getChainId());
      } catch (error) {
        return messageOf(error);
      }
    };
    expect(await ask()).to.equal('HTTP request failed (HTTP 429)');
    await new Promise((resolve) => server.close(resolve));
    expect(await ask()).to.equal('HTTP request failed (ECONNREFUSED)');
  });
});
