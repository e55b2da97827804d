import { expect } from 'chai';
import { createWalletClient, domainSeparator, getAddress, parseAbi, recoverTypedDataAddress } from 'viem';
import type { Hex, TypedDataDomain } from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { NovateAddresses } from '../../src/addresses/index.ts';
import { clearinghouseAbi, novateActions, RequirementsNotMetError, send } from '../../src/client/index.ts';
import type { PermitTypedData } from '../../src/client/index.ts';
import { encodeAccountId } from '../../src/codec/index.ts';
import { BLOCK_TIMESTAMP, fakeNode } from './fakeNode.ts';
import type { FakeContract, FakeWallet } from './fakeNode.ts';

const at = (digit: string) => getAddress(`0x${digit.repeat(40)}`);
const TOKEN = at('7');
const OWNER = privateKeyToAccount(`0x${'12'.repeat(32)}`);
const ACCOUNT = encodeAccountId(OWNER.address);
const AMOUNT = 500n;
const DEADLINE = BLOCK_TIMESTAMP + 1_200n;
const DAI_TYPEHASH = '0xea2aa0a1be11a07ed86d755c93467f4f82362b452371d1ba94d1715123511acb';
const addresses: NovateAddresses = {
  clearinghouse: at('1'),
  liquidator: at('2'),
  orderMatcher: at('3'),
  riskEngine: at('4'),
  priceRouter: at('5'),
  marginLens: at('6'),
};
const DOMAIN = { name: 'USD Coin', version: '2', chainId: 31_337, verifyingContract: TOKEN } as const;
const deposit = { account: ACCOUNT, assetId: 0, amountRaw: AMOUNT };

interface Token {
  /** What it hashes; `DOMAIN` unless given. */
  readonly domain?: TypedDataDomain;
  readonly version?: string;
  readonly typehash?: Hex;
  /** EIP-5267. */
  readonly states?: boolean;
  readonly takesPermits?: boolean;
}

/** A token with nothing approved, and a clearinghouse that takes whatever comes. */
function stack(token: Token, wallet: FakeWallet = {}) {
  const domain = token.domain ?? DOMAIN;
  const signatures = [
    'function approve(address spender, uint256 amount)',
    'function allowance(address owner, address spender) view returns (uint256)',
    'function balanceOf(address account) view returns (uint256)',
    'function name() view returns (string)',
    ...(token.takesPermits === false
      ? []
      : [
          'function DOMAIN_SEPARATOR() view returns (bytes32)',
          'function nonces(address owner) view returns (uint256)',
        ]),
    ...(token.version === undefined ? [] : ['function version() view returns (string)']),
    ...(token.typehash === undefined ? [] : ['function PERMIT_TYPEHASH() view returns (bytes32)']),
    ...(token.states === true
      ? [
          'function eip712Domain() view returns (bytes1, string, string, uint256, address, bytes32, uint256[])',
        ]
      : []),
  ];
  let allowed = 0n;
  const contract: FakeContract = {
    address: TOKEN,
    abi: parseAbi(signatures),
    functions: {
      approve: ([, amount]) => void (allowed = BigInt(String(amount))),
      allowance: () => allowed,
      balanceOf: () => AMOUNT,
      name: () => 'USD Coin',
      version: () => token.version,
      PERMIT_TYPEHASH: () => token.typehash,
      DOMAIN_SEPARATOR: () => domainSeparator({ domain }),
      nonces: () => 7n,
      eip712Domain: () => ['0x0f', domain.name, domain.version, 31_337n, TOKEN, `0x${'0'.repeat(64)}`, []],
    },
  };
  const clearinghouse: FakeContract = {
    address: addresses.clearinghouse,
    abi: clearinghouseAbi,
    functions: {
      assetInfo: () => ({ token: TOKEN, decimals: 6, underlying: 0, enabled: true, recorded: 0n, cap: 1n }),
      deposit: () => undefined,
      depositWithPermit: () => undefined,
    },
  };
  const node = fakeNode([contract, clearinghouse], wallet);
  const client = createWalletClient({
    account: OWNER.address,
    transport: node.transport,
    pollingInterval: 1,
  }).extend(novateActions(addresses));
  return { node, client, prepare: () => client.novate.prepareDeposit(deposit) };
}

const sign = (json: string): Promise<Hex> =>
  OWNER.signTypedData(JSON.parse(json) as Parameters<typeof OWNER.signTypedData>[0]);

describe('permits', () => {
  it('are asked for where the token hashes a domain that its name and version allow', async () => {
    for (const token of [
      { version: '2' },
      { states: true },
      { domain: { ...DOMAIN, version: '1' } },
      { domain: { name: DOMAIN.name, chainId: DOMAIN.chainId, verifyingContract: TOKEN } },
    ] satisfies Token[]) {
      const { requirements, ready } = await stack(token).prepare();
      expect(ready).to.equal(false);
      const [permit] = requirements;
      if (permit?.type !== 'permit') throw new Error(`no permit for ${JSON.stringify(token)}`);
      expect(permit.typedData.domain).to.deep.equal(token.domain ?? DOMAIN);
      expect(permit.typedData.message).to.deep.equal({
        owner: OWNER.address,
        spender: addresses.clearinghouse,
        value: AMOUNT,
        nonce: 7n,
        deadline: DEADLINE,
      });
    }
  });

  it('are not asked for where they could not work: an approval is', async () => {
    const cases: readonly [Token, FakeWallet][] = [
      [{ takesPermits: false }, {}],
      // another version than it says
      [{ domain: { ...DOMAIN, version: '3' } }, {}],
      // of another chain
      [{ domain: { ...DOMAIN, chainId: 1 }, version: '2' }, {}],
      // DAI's permit has other fields
      [{ version: '2', typehash: DAI_TYPEHASH }, {}],
      // a contract has no key
      [{ version: '2' }, { code: '0x6000' }],
    ];
    for (const [token, wallet] of cases) {
      const { requirements } = await stack(token, wallet).prepare();
      expect(requirements.map(({ type }) => type)).to.deep.equal(['approval']);
    }
  });

  it('are asked of a key that acts as a contract too', async () => {
    const { requirements } = await stack({ version: '2' }, { code: `0xef0100${'00'.repeat(20)}` }).prepare();
    expect(requirements.map(({ type }) => type)).to.deep.equal(['permit']);
  });

  it('go with the deposit, and nothing is sent before it', async () => {
    const { node, client } = stack({ version: '2' }, { sign });
    await client.novate.sendDeposit(deposit);
    expect(node.sent.map(({ functionName }) => functionName)).to.deep.equal(['depositWithPermit']);
    const [account, assetId, amountRaw, deadline, v, r, s] = node.sent[0]?.args ?? [];
    expect([account, assetId, amountRaw, deadline]).to.deep.equal([ACCOUNT, 0, AMOUNT, DEADLINE]);
    const typedData: PermitTypedData = {
      domain: DOMAIN,
      types: {
        Permit: [
          { name: 'owner', type: 'address' },
          { name: 'spender', type: 'address' },
          { name: 'value', type: 'uint256' },
          { name: 'nonce', type: 'uint256' },
          { name: 'deadline', type: 'uint256' },
        ],
      },
      primaryType: 'Permit',
      message: {
        owner: OWNER.address,
        spender: addresses.clearinghouse,
        value: AMOUNT,
        nonce: 7n,
        deadline: DEADLINE,
      },
    };
    const signature = { v: BigInt(Number(v)), r: r as Hex, s: s as Hex };
    expect(await recoverTypedDataAddress({ ...typedData, signature })).to.equal(OWNER.address);
  });

  it('give way to an approval where the wallet signs no typed data', async () => {
    const { node, client } = stack({ version: '2' });
    await client.novate.sendDeposit(deposit);
    expect(node.sent.map(({ functionName }) => functionName)).to.deep.equal(['approve', 'deposit']);
  });

  it('are not gone around where somebody declines to sign', async () => {
    const decline = (): Promise<Hex> => Promise.reject(Object.assign(new Error('declined'), { code: 4001 }));
    const { node, client } = stack({ version: '2' }, { sign: decline });
    const error = await client.novate.sendDeposit(deposit).catch((thrown: unknown) => thrown);
    expect(error).to.have.property('name', 'UserRejectedRequestError');
    expect(node.sent).to.deep.equal([]);
  });

  it('can be done without', async () => {
    const { node, client } = stack({ version: '2' }, { sign });
    await client.novate.sendDeposit({ ...deposit, permit: false });
    expect(node.sent.map(({ functionName }) => functionName)).to.deep.equal(['approve', 'deposit']);
  });

  it('do not loop where whoever prepares ignores them', async () => {
    const { client, prepare } = stack({ version: '2' }, { sign });
    const error = await send(client, prepare).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(RequirementsNotMetError);
  });
});
