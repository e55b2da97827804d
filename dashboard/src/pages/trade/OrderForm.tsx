import { Button, Group, SegmentedControl, Select, Switch, Textarea, TextInput } from '@mantine/core';
import { marginAfterTrade, parseWad } from '@novate/sdk';
import type { SignedOrder } from '@novate/sdk';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useChain, useDeployment, useSymbols } from '../../chain/ChainContext.tsx';
import { count, health, percent, toNumber, usd } from '../../format/format.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Term } from '../../ui/Term.tsx';
import { useAccountFacts } from '../account/facts.ts';
import { ActionResult } from './ActionResult.tsx';
import { limitAt } from './limit.ts';
import { LOCAL_CHAIN_ID } from './localWallet.ts';
import { accountOf, makeLocalCounterOrder, makeOrder, match, orderFromText, orderToText } from './order.ts';
import type { Draft, OrderInputs, Trader } from './order.ts';
import { useAction } from './useAction.ts';

type Fields = Omit<Draft, 'id'>;
type Problems = Partial<Record<'size' | 'price', string>>;

/** Sign an order, then match it against one of somebody else. */
export function OrderForm({ trader, draft }: { trader: Trader; draft: Draft | undefined }) {
  const { snapshot } = useChain();
  const deployment = useDeployment();
  const [fields, setFields] = useState<Fields>(() => draft ?? START);
  const [problems, setProblems] = useState<Problems>({});
  const [signed, setSigned] = useState<SignedOrder>();
  const action = useAction();
  const underlying = fields.underlying || (snapshot?.markets[0]?.underlying ?? 0);
  const mark = snapshot?.markets.find((one) => one.underlying === underlying)?.perpMark;
  const change = (part: Partial<Fields>): void => {
    setSigned(undefined);
    setFields((now) => ({ ...now, ...part }));
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const inputs = parseFields({ ...fields, underlying }, mark);
    setProblems(inputs.problems);
    if (inputs.order === undefined) return;
    const { order } = inputs;
    void action.run('Waiting for the wallet to sign …', async () => {
      setSigned(await makeOrder(deployment, trader, order));
      return 'Signed. Match it with a counter order, or send it to somebody who has one.';
    });
  };
  return (
    <Panel
      title="Order"
      note="Signed as EIP-712 data, without gas; a match of two signed orders is what trades."
    >
      <form onSubmit={submit} noValidate aria-label="Order">
        <OrderFields fields={{ ...fields, underlying }} mark={mark} problems={problems} onChange={change} />
        <Preview trader={trader} inputs={parseFields({ ...fields, underlying }, mark).order} />
        <Button type="submit" disabled={action.state.phase === 'working'}>
          Sign order
        </Button>
      </form>
      {signed !== undefined && (
        <Matching trader={trader} signed={signed} action={action} onDone={() => setSigned(undefined)} />
      )}
      <ActionResult state={action.state} />
    </Panel>
  );
}

const START: Fields = { underlying: 0, side: 'buy', size: '', price: '', reduceOnly: false };

/** An empty price means the suggested one. */
function parseFields(fields: Fields, mark: bigint | undefined): { order?: OrderInputs; problems: Problems } {
  const size = positive(fields.size);
  const limitPrice = positive(
    fields.price === '' && mark !== undefined ? limitAt(mark, fields.side) : fields.price,
  );
  const problems: Problems = {};
  if (size === undefined) problems.size = 'Not a size: write a number greater than 0.';
  if (limitPrice === undefined) problems.price = 'Not a price: write a number greater than 0.';
  if (size === undefined || limitPrice === undefined) return { problems };
  const signedSize = fields.side === 'buy' ? size : -size;
  return {
    order: { underlying: fields.underlying, size: signedSize, limitPrice, reduceOnly: fields.reduceOnly },
    problems,
  };
}

function positive(text: string): bigint | undefined {
  try {
    const value = parseWad(text.trim().replaceAll(',', ''));
    return value > 0n ? value : undefined;
  } catch {
    return undefined;
  }
}

interface FieldsProps {
  readonly fields: Fields;
  readonly mark: bigint | undefined;
  readonly problems: Problems;
  readonly onChange: (part: Partial<Fields>) => void;
}

function OrderFields({ fields, mark, problems, onChange }: FieldsProps) {
  const { snapshot } = useChain();
  const symbolOf = useSymbols();
  const symbol = symbolOf(fields.underlying);
  return (
    <>
      <SegmentedControl
        aria-label="Side"
        value={fields.side}
        onChange={(side) => onChange({ side: side })}
        data={[
          { value: 'buy', label: 'Buy' },
          { value: 'sell', label: 'Sell' },
        ]}
        mb="sm"
      />
      <div className="form-grid">
        <Select
          label="Market"
          data={(snapshot?.markets ?? []).map(({ underlying }) => ({
            value: String(underlying),
            label: `${symbolOf(underlying)} perp`,
          }))}
          value={String(fields.underlying)}
          onChange={(id) => onChange({ underlying: Number(id), price: '' })}
          allowDeselect={false}
        />
        <TextInput
          label={`Size, ${symbol}`}
          inputMode="decimal"
          placeholder="0.00"
          value={fields.size}
          error={problems.size}
          onChange={(event) => onChange({ size: event.currentTarget.value })}
        />
        <TextInput
          label="Limit price, USD"
          inputMode="decimal"
          placeholder={mark === undefined ? 'no price' : limitAt(mark, fields.side)}
          value={fields.price}
          error={problems.price}
          onChange={(event) => onChange({ price: event.currentTarget.value })}
        />
      </div>
      <Switch
        mt="sm"
        label="Reduce only"
        checked={fields.reduceOnly}
        onChange={(event) => onChange({ reduceOnly: event.currentTarget.checked })}
      />
    </>
  );
}

/** What the trade would do to the account, by the twin. */
function Preview({ trader, inputs }: { trader: Trader; inputs: OrderInputs | undefined }) {
  const { data: facts } = useAccountFacts(accountOf(trader));
  const { reference } = useChain();
  const text = ((): string => {
    if (inputs === undefined || facts?.profile === undefined) return '\u00a0';
    try {
      const { underlying, size, limitPrice } = inputs;
      const notional = ((size < 0n ? -size : size) * limitPrice) / 10n ** 18n;
      const fee = (notional * BigInt(reference?.takerFeeBps ?? 0)) / 10_000n;
      const trade = { underlying, size, price: limitPrice, fee };
      const { after, allowed } = marginAfterTrade(
        facts.holdings.portfolio,
        facts.market,
        facts.profile,
        trade,
      );
      const ratio = health(toNumber(after.equity), toNumber(after.maintenanceMargin));
      const costs = `${usd(notional)} notional, fee at most ${usd(fee)} (${percent((reference?.takerFeeBps ?? 0) / 10_000, 2)})`;
      return `${costs}; health after it ${ratio}.${allowed ? '' : ' The clearinghouse would refuse it: below the initial margin.'}`;
    } catch {
      return 'The margin after this trade cannot be foretold here; the clearinghouse decides.';
    }
  })();
  return (
    <p className="note preview" aria-live="polite">
      {text}
    </p>
  );
}

interface MatchingProps {
  readonly trader: Trader;
  readonly signed: SignedOrder;
  readonly action: ReturnType<typeof useAction>;
  readonly onDone: () => void;
}

function Matching({ trader, signed, action, onDone }: MatchingProps) {
  const deployment = useDeployment();
  const { snapshot } = useChain();
  const [counter, setCounter] = useState('');
  const busy = action.state.phase === 'working';
  const cash = snapshot?.assets[0]?.token;
  const trade = (getCounter: (say: (text: string) => void) => Promise<SignedOrder>): void => {
    void action.run('Looking at the counter order …', async (say) => {
      const maker = await getCounter(say);
      say('Waiting for the wallet to send the match …');
      const block = await match(deployment, trader, maker, signed);
      onDone();
      return `Traded in block ${count(block)}.`;
    });
  };
  return (
    <div className="after">
      <details>
        <summary>Signed order, to send to somebody</summary>
        <pre className="json" tabIndex={0}>
          {orderToText(signed)}
        </pre>
      </details>
      <Textarea
        mt="sm"
        label="Counter order"
        description={
          <>
            The signed order of the other side; its <Term name="limitPrice">limit price</Term> is the price of
            the trade.
          </>
        }
        value={counter}
        onChange={(event) => setCounter(event.currentTarget.value)}
        rows={2}
        spellCheck={false}
      />
      <Group mt="sm">
        <Button
          variant="default"
          disabled={busy || counter.trim() === ''}
          onClick={() => trade(() => Promise.resolve().then(() => orderFromText(counter)))}
        >
          Match with it
        </Button>
        {deployment.chainId === LOCAL_CHAIN_ID && cash !== undefined && (
          <Button
            disabled={busy}
            onClick={() => trade((say) => makeLocalCounterOrder(deployment, signed.order, cash, say))}
          >
            Match with the local counterparty
          </Button>
        )}
      </Group>
    </div>
  );
}
