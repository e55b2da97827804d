import { expect } from 'chai';
import { examine, formatChecks } from '../../src/commands/doctor.ts';
import { redactConfig } from '../../src/config/index.ts';
import { secretsOf } from '../../src/report/secrets.ts';
import { startFaultProxy } from '../faults/faultProxy.ts';
import type { FaultProxy } from '../faults/faultProxy.ts';
import { configOf, runTestKeeper } from '../helpers/keeperRun.ts';
import { openStage, startHardhat } from '../helpers/stage.ts';
import type { Stage, TestNode } from '../helpers/stage.ts';

const SEND = 'eth_sendRawTransaction';
const BLOCKS = 4;

describe('a private endpoint', function () {
  this.timeout(120_000);
  let node: TestNode;
  let stage: Stage;
  let open: FaultProxy;
  let hidden: FaultProxy;

  before(async () => {
    node = await startHardhat();
    stage = await openStage(node.url, { traders: 2 });
    open = await startFaultProxy(node.url);
    hidden = await startFaultProxy(node.url);
  });
  after(async () => {
    await open.close();
    await hidden.close();
    await node.stop();
  });

  const settings = (): object => ({
    rpcUrl: open.url,
    privateRpcUrl: `${hidden.url}/v1/relay-key-1234`,
    privateBlocks: BLOCKS,
    privateKey: stage.keepers[0]?.privateKey,
    addresses: stage.addresses,
    planMode: 'protocol',
    flagUnhealthy: false,
  });
  const sentTo = ({ asked }: FaultProxy): number => asked.get(SEND) ?? 0;

  it('takes liquidations that nobody else is shown, until it has had them for long enough', async () => {
    const keeper = await runTestKeeper(settings());
    try {
      // it takes them, and nothing comes of it
      hidden.faults = { canned: { [SEND]: `0x${'ab'.repeat(32)}` } };
      await stage.setPrice(4_700);
      expect(await stage.unhealthy()).to.have.length(2);
      const { number } = await stage.chain.latest();
      const sent = await keeper.ticked(number);
      expect(sent.inFlight).to.equal(1);
      for (let block = 1; block < BLOCKS; ++block) {
        await keeper.ticked((await stage.chain.mine()).number);
        expect(sentTo(open), `${block} blocks later`).to.equal(0);
      }
      expect(sentTo(hidden)).to.be.greaterThan(0);
      await keeper.ticked((await stage.chain.mine()).number);
      expect(sentTo(open)).to.equal(1);
      // once is enough: it is not shown again with every block
      const { number: mined } = await stage.chain.mine();
      await keeper.ticked(mined);
      expect(await stage.unhealthy()).to.have.length(0);
      expect(sentTo(open)).to.equal(1);
    } finally {
      await keeper.stop();
    }
  });

  it('is all that is needed where it does its part', async () => {
    const before = sentTo(open);
    hidden.faults = {};
    const keeper = await runTestKeeper(settings());
    try {
      await stage.setPrice(5_100);
      expect(await stage.unhealthy()).to.have.length(2);
      await keeper.ticked((await stage.chain.latest()).number);
      await keeper.ticked((await stage.chain.mine()).number);
      expect(await stage.unhealthy()).to.have.length(0);
      expect(sentTo(open)).to.equal(before);
    } finally {
      await keeper.stop();
    }
  });

  it('that refuses is passed over in time', async () => {
    const before = sentTo(open);
    hidden.faults = { errors: { [SEND]: { code: -32000, message: 'not for you' } } };
    const keeper = await runTestKeeper(settings());
    try {
      await stage.setPrice(5_500);
      await keeper.ticked((await stage.chain.latest()).number);
      for (let block = 1; block <= BLOCKS; ++block) {
        expect(sentTo(open)).to.equal(before);
        await keeper.ticked((await stage.chain.mine()).number);
      }
      expect(sentTo(open)).to.equal(before + 1);
      await keeper.ticked((await stage.chain.mine()).number);
      expect(await stage.unhealthy()).to.have.length(0);
    } finally {
      await keeper.stop();
    }
  });

  it('is looked at by the doctor, who shows no more than where it is', async () => {
    const nowMs = (await stage.chain.latest()).timestamp * 1_000;
    const examined = async (): Promise<{ text: string; code: number }> => {
      const checks = await examine(await configOf(settings()), nowMs);
      expect(checks.filter(({ name }) => name === 'private')).to.have.length(1);
      const { text, code } = formatChecks(checks, false);
      expect(text).not.to.contain('relay-key-1234');
      const line = text.split('\n').find((one) => one.includes(hidden.url));
      return { text: line ?? '', code };
    };
    hidden.faults = {};
    expect(await examined()).to.deep.equal({
      text: `ok   ${hidden.url}: the private endpoint is on chain 31337`,
      code: 0,
    });
    hidden.faults = { canned: { eth_chainId: '0x5' } };
    const other = await examined();
    expect(other.text).to.match(/^FAIL .* is on chain 5, rpcUrl on 31337; check privateRpcUrl$/);
    expect(other.code).to.equal(1);
    hidden.faults = { errors: { eth_chainId: { code: -32601, message: 'not with relay-key-1234' } } };
    const silent = await examined();
    expect(silent.text).to.match(/^warn .* does not tell its chain \(error -32601\)/);
    expect(silent.code).to.equal(0);
    // also where the public ones are gone, and whatever these say
    open.faults = { errors: { eth_chainId: { code: -32000, message: 'no relay-key-1234 here' } } };
    hidden.faults = { reset: true };
    const lost = await examined();
    expect(lost.text).to.match(/^FAIL .* cannot be reached/);
    expect(lost.code).to.equal(1);
    open.faults = {};
    hidden.faults = {};
  });

  it('is not told of with its key', async () => {
    const config = await configOf(settings());
    expect(redactConfig(config)['privateRpcUrl']).to.equal(hidden.url);
    expect(secretsOf(config)).to.include('relay-key-1234');
  });
});
