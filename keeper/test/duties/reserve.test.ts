import { expect } from 'chai';
import { getReservedPositions } from '@novate/sdk';
import { numberToHex } from 'viem';
import type { EIP1193RequestFn, Hex } from 'viem';
import { createEndpointClient } from '../../src/chain/viemChain.ts';
import { reserveDuty } from '../../src/duties/reserve.ts';
import type { DutyView } from '../../src/duties/types.ts';
import { runTestKeeper } from '../helpers/keeperRun.ts';
import { openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';

describe('reserving slots for what will be taken over', function () {
  this.timeout(120_000);
  let node: TestNode;
  let stage: Stage;

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 1 });
  });
  after(() => node.stop());

  const reserved = (): Promise<number> =>
    getReservedPositions(stage.chain.client, stage.addresses, { account: stage.keepers[0]?.account ?? 0n });

  it('is done once, and not again', async () => {
    const [own] = stage.keepers;
    expect(await reserved()).to.equal(0);
    const settings = { rpcUrl: node.url, privateKey: own?.privateKey, addresses: stage.addresses };
    const keeper = await runTestKeeper({ ...settings, reservePositions: 5 });
    try {
      for (let i = 0; i < 6; ++i) await keeper.ticked((await stage.chain.mine()).number);
      expect(await reserved()).to.equal(5);
      expect(await keeper.metric('novate_keeper_duties_total{duty="reserve"}')).to.equal(1);
    } finally {
      await keeper.stop();
    }
    const sent = await stage.chain.client.getTransactionCount({ address: own?.key.address ?? '0x' });
    const again = await runTestKeeper({ ...settings, reservePositions: 5 });
    try {
      for (let i = 0; i < 3; ++i) await again.ticked((await stage.chain.mine()).number);
    } finally {
      await again.stop();
    }
    expect(await stage.chain.client.getTransactionCount({ address: own?.key.address ?? '0x' })).to.equal(
      sent,
    );
  });

  it('waits while liquidations are on their way, and looks again when slots may have gone', async () => {
    let [now, asked] = [1n, 0];
    const request = (({ method }: { method: string }): Promise<Hex> => {
      expect(method).to.equal('eth_call');
      asked++;
      return Promise.resolve(numberToHex(now, { size: 32 }));
    }) as EIP1193RequestFn;
    const duty = reserveDuty(createEndpointClient({ request }), stage.addresses, 9n, 2);
    const keys = async (timestamp: bigint, inFlight: readonly bigint[] = []): Promise<string[]> => {
      const view = { head: { number: 5n, timestamp }, inFlight: new Set(inFlight) } as unknown as DutyView;
      return (await duty.due(view)).map(({ key }) => key);
    };
    expect(await keys(1_000n, [7n])).to.deep.equal([]);
    expect(asked).to.equal(0);
    expect(await keys(1_000n)).to.deep.equal(['reserve/0x9/1/2']);
    now = 2n;
    expect(await keys(1_012n)).to.deep.equal([]);
    now = 0n;
    expect(await keys(4_611n)).to.deep.equal([]);
    expect(asked).to.equal(2);
    expect(await keys(4_612n)).to.deep.equal(['reserve/0x9/0/2']);
  });
});
