import { expect } from 'chai';
import { concat, createPublicClient, custom, hashTypedData, keccak256, pad, stringToHex, toHex } from 'viem';
import type { Hex } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import { encodeAccountId, encodeInstrumentId } from '../../src/codec/index.ts';
import { buildOrder, hashOrder, InvalidOrderError, recoverOrderSigner } from '../../src/orders/index.ts';
import { signOrder, verifyOrder } from '../../src/orders/index.ts';
import type { Order } from '../../src/orders/index.ts';

const WAD = 10n ** 18n;
const KEY = `0x${'11'.repeat(32)}` as const;
const signer = privateKeyToAccount(KEY);
const domain = { chainId: 31337, orderMatcher: '0x5FbDB2315678afecb367f032d93F642f64180aa3' } as const;
const order: Order = {
  account: encodeAccountId(signer.address, 7n),
  instrument: encodeInstrumentId({ kind: 'perp', underlying: 2 }),
  size: -(3n * WAD) / 2n,
  limitPrice: 3000n * WAD,
  maxFee: 10n ** 15n,
  nonce: 0xfedc_ba98_7654_3210n,
  epoch: 5,
  expirySec: 1_900_000_000,
  reduceOnly: true,
  postOnly: false,
};

// EIP-712 by hand: one keccak after the other, 32 bytes per field
function handHash(message: Order): Hex {
  const text = (value: string): Hex => keccak256(stringToHex(value));
  const number = (value: bigint | number): Hex => toHex(BigInt.asUintN(256, BigInt(value)), { size: 32 });
  const domainType = 'EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)';
  const orderType =
    'Order(uint256 account,uint96 instrument,int128 size,uint128 limitPrice,uint64 maxFee,uint64 nonce,' +
    'uint32 epoch,uint40 expirySec,bool reduceOnly,bool postOnly)';
  const separator = keccak256(
    concat([
      text(domainType),
      text('Novate OrderMatcher'),
      text('1'),
      number(domain.chainId),
      pad(domain.orderMatcher, { size: 32 }),
    ]),
  );
  const struct = keccak256(
    concat([
      text(orderType),
      number(message.account),
      number(message.instrument),
      number(message.size),
      number(message.limitPrice),
      number(message.maxFee),
      number(message.nonce),
      number(message.epoch),
      number(message.expirySec),
      number(message.reduceOnly ? 1 : 0),
      number(message.postOnly ? 1 : 0),
    ]),
  );
  return keccak256(concat(['0x1901', separator, struct]));
}

describe('orders', () => {
  it('hash as a keccak chain written out by hand', () => {
    expect(hashOrder(order, domain)).to.equal(handHash(order));
    const bought = { ...order, size: WAD, reduceOnly: false, postOnly: true };
    expect(hashOrder(bought, domain)).to.equal(handHash(bought));
  });

  it('hash as viem hashes typed data built by hand', () => {
    const field = (name: string, type: string) => ({ name, type });
    const hash = hashTypedData({
      domain: {
        name: 'Novate OrderMatcher',
        version: '1',
        chainId: 31337,
        verifyingContract: '0x5FbDB2315678afecb367f032d93F642f64180aa3',
      },
      primaryType: 'Order',
      types: {
        Order: [
          field('account', 'uint256'),
          field('instrument', 'uint96'),
          field('size', 'int128'),
          field('limitPrice', 'uint128'),
          field('maxFee', 'uint64'),
          field('nonce', 'uint64'),
          field('epoch', 'uint32'),
          field('expirySec', 'uint40'),
          field('reduceOnly', 'bool'),
          field('postOnly', 'bool'),
        ],
      },
      message: { ...order },
    });
    expect(hashOrder(order, domain)).to.equal(hash);
  });

  it('have another hash for each other field, chain and matcher', () => {
    const variants: readonly Partial<Order>[] = [
      { account: order.account + 1n },
      { instrument: order.instrument + 1n },
      { size: -order.size },
      { limitPrice: order.limitPrice + 1n },
      { maxFee: 0n },
      { nonce: 0n },
      { epoch: 6 },
      { expirySec: 1_900_000_001 },
      { reduceOnly: false },
      { postOnly: true },
    ];
    const hashes = variants.map((change) => hashOrder({ ...order, ...change }, domain));
    hashes.push(hashOrder(order, domain), hashOrder(order, { ...domain, chainId: 1 }));
    hashes.push(hashOrder(order, { ...domain, orderMatcher: signer.address }));
    expect(new Set(hashes).size).to.equal(variants.length + 3);
  });

  it('get sensible defaults and distinct nonces', () => {
    const { account, instrument, size, limitPrice } = order;
    const before = Math.floor(Date.now() / 1000);
    const built = buildOrder({ account, instrument, size, limitPrice });
    expect(built).to.include({ maxFee: 10n ** 15n, epoch: 0, reduceOnly: false, postOnly: false });
    expect(built.expirySec).to.be.within(before + 86_400, before + 86_402);
    expect(built.nonce).to.not.equal(buildOrder({ account, instrument, size, limitPrice }).nonce);
    expect(buildOrder(order)).to.deep.equal(order);
  });

  it('are refused where a field does not fit', () => {
    const bad: readonly [keyof Order, Partial<Order>][] = [
      ['size', { size: 0n }],
      ['size', { size: 2n ** 127n }],
      ['limitPrice', { limitPrice: 0n }],
      ['limitPrice', { limitPrice: 2n ** 128n }],
      ['account', { account: -1n }],
      ['instrument', { instrument: 2n ** 96n }],
      ['maxFee', { maxFee: 2n ** 64n }],
      ['nonce', { nonce: -1n }],
      ['epoch', { epoch: 1.5 }],
      ['expirySec', { expirySec: 2 ** 40 }],
    ];
    for (const [field, change] of bad) {
      expect(() => buildOrder({ ...order, ...change }), field)
        .to.throw(InvalidOrderError)
        .with.property('field', field);
    }
  });

  it('are signed, recovered and verified', async () => {
    const client = createPublicClient({ transport: custom({ request: refuse }) });
    const signedOrder = await signOrder(client, { order, ...domain, signer });
    expect(signedOrder.signer).to.equal(signer.address);
    expect(await recoverOrderSigner({ signedOrder, ...domain })).to.equal(signer.address);
    // without a network: a key's signature needs none
    expect(await verifyOrder(client, { signedOrder, ...domain })).to.equal(true);
    const forged = { ...signedOrder, order: { ...order, size: order.size * 2n } };
    expect(await recoverOrderSigner({ signedOrder: forged, ...domain })).to.not.equal(signer.address);
    expect(
      await recoverOrderSigner({ signedOrder: { ...signedOrder, signature: '0x12' }, ...domain }),
    ).to.equal(undefined);
  });

  it('need a signer', async () => {
    const client = createPublicClient({ transport: custom({ request: refuse }) });
    const error: unknown = await signOrder(client, { order, ...domain }).catch((reason: unknown) => reason);
    expect(error).to.have.property('name', 'MissingSenderError');
  });
});

function refuse(): Promise<never> {
  return Promise.reject(new Error('no network in this test'));
}
