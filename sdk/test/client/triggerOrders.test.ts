import { expect } from 'chai';
import { concat, createPublicClient, custom, keccak256, pad, stringToHex, toHex } from 'viem';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeAccountId, encodeInstrumentId } from '../../src/codec/index.ts';
import {
  buildTriggerOrder,
  hashOrder,
  hashTriggerOrder,
  InvalidOrderError,
  isTriggered,
  orderFromJson,
  orderToJson,
  signOrder,
  signTriggerOrder,
  verifyTriggerOrder,
} from '../../src/orders/index.ts';
import type { TriggerOrder } from '../../src/orders/index.ts';

const WAD = 10n ** 18n;
const signer = privateKeyToAccount(`0x${'11'.repeat(32)}`);
const domain = { chainId: 31337, orderMatcher: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const;
const offline = createPublicClient({
  transport: custom({ request: () => Promise.reject(new Error('no network')) }),
});
const call = encodeInstrumentId({
  kind: 'call',
  underlying: 2,
  expirySec: 1_900_000_800n,
  strike: 3_000n * WAD,
});
const parameters = {
  account: encodeAccountId(signer.address, 7n),
  instrument: encodeInstrumentId({ kind: 'perp', underlying: 2 }),
  size: -2n * WAD,
  limitPrice: 2_800n * WAD,
  nonce: 5n,
  expirySec: 1_900_000_000,
  triggerPrice: 2_900n * WAD,
  above: false,
  tip: 3n * WAD,
};

// EIP-712 by hand; of the order inside only its struct hash is missing from hashOrder
function handHash({ order, triggerPrice, above, tip }: TriggerOrder): Hex {
  const text = (value: string): Hex => keccak256(stringToHex(value));
  const number = (value: bigint | number): Hex => toHex(BigInt.asUintN(256, BigInt(value)), { size: 32 });
  const orderType =
    'Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,' +
    'uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)';
  const words = [
    ...[order.account, order.instrument, order.size, order.limitPrice, order.maxFee, order.nonce],
    ...[order.epoch, order.expirySec, order.reduceOnly ? 1 : 0, order.postOnly ? 1 : 0],
  ];
  const orderHash = keccak256(concat([text(orderType), ...words.map(number)]));
  const type = `TriggerOrder(Order order,uint128 triggerPrice,bool above,uint128 tip)${orderType}`;
  const struct = keccak256(
    concat([text(type), orderHash, number(triggerPrice), number(above ? 1 : 0), number(tip)]),
  );
  const separator = keccak256(
    concat([
      text('EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)'),
      text('Novate OrderMatcher'),
      text('1'),
      number(domain.chainId),
      pad(domain.orderMatcher, { size: 32 }),
    ]),
  );
  return keccak256(concat(['0x1901', separator, struct]));
}

describe('trigger orders', () => {
  const stop = buildTriggerOrder(parameters);

  it('hash as a keccak chain written out by hand, and not as the order inside', () => {
    expect(hashTriggerOrder(stop, domain)).to.equal(handHash(stop));
    expect(hashTriggerOrder(stop, domain)).to.not.equal(hashOrder(stop.order, domain));
    const variants: TriggerOrder[] = [
      { ...stop, triggerPrice: stop.triggerPrice + 1n },
      { ...stop, above: true },
      { ...stop, tip: 0n },
      { ...stop, order: { ...stop.order, nonce: 6n } },
    ];
    const hashes = [stop, ...variants].map((one) => hashTriggerOrder(one, domain));
    expect(new Set(hashes).size).to.equal(5);
  });

  it('trigger at their price and beyond', () => {
    expect([2_901n, 2_900n, 2_899n].map((usd) => isTriggered(stop, usd * WAD))).to.deep.equal([
      false,
      true,
      true,
    ]);
    const profit = { ...stop, above: true };
    expect([2_901n, 2_900n, 2_899n].map((usd) => isTriggered(profit, usd * WAD))).to.deep.equal([
      true,
      true,
      false,
    ]);
  });

  it('are refused where they could never execute', () => {
    const bad = [
      ['triggerPrice', { triggerPrice: 0n }],
      ['triggerPrice', { triggerPrice: 2n ** 128n }],
      ['tip', { tip: -1n }],
      // 1% of 5,800 less the fees of 0.1%
      ['tip', { tip: 522n * (WAD / 10n) + 1n }],
      // an option's notional is its price
      ['tip', { instrument: call, limitPrice: 100n * WAD, tip: 18n * (WAD / 10n) + 1n }],
      ['postOnly', { postOnly: true }],
      ['size', { size: 0n }],
    ] as const;
    for (const [field, change] of bad) {
      expect(() => buildTriggerOrder({ ...parameters, ...change }), field)
        .to.throw(InvalidOrderError)
        .with.property('field', field);
    }
    const most = 522n * (WAD / 10n);
    expect(buildTriggerOrder({ ...parameters, tip: most, limitPrice: 1n }).tip).to.equal(most);
    expect(buildTriggerOrder({ ...parameters, tip: undefined }).tip).to.equal(0n);
  });

  it('are signed and verified', async () => {
    const signedOrder = await signTriggerOrder(offline, { triggerOrder: stop, ...domain, signer });
    expect(signedOrder.signer).to.equal(signer.address);
    expect(await verifyTriggerOrder(offline, { signedOrder, ...domain })).to.equal(true);
  });

  it('go through JSON and back, as plain orders do', async () => {
    const trigger = await signTriggerOrder(offline, { triggerOrder: stop, ...domain, signer });
    const plain = await signOrder(offline, { order: stop.order, ...domain, signer });
    for (const one of [trigger, plain]) {
      expect(orderFromJson(JSON.parse(JSON.stringify(orderToJson(one))))).to.deep.equal(one);
    }
    const json = orderToJson(plain);
    const bad: readonly [string, unknown][] = [
      ['order.size', { ...json, order: { ...stop.order, size: '1.5' } }],
      ['signer', { ...json, signer: '0x12' }],
      ['', []],
      ['', { ...json, more: 1 }],
    ];
    for (const [field, value] of bad) {
      const text: unknown = JSON.parse(
        JSON.stringify(value, (_, one: unknown) => (typeof one === 'bigint' ? one.toString() : one)),
      );
      expect(() => orderFromJson(text))
        .to.throw(InvalidOrderError)
        .with.property('field', field);
    }
  });
});
