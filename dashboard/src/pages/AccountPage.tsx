import { Alert, Button, TextInput } from '@mantine/core';
import { withdrawable } from '@novate/sdk';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { fullAccount, health, toNumber, usd } from '../format/format.ts';
import { hrefOf, navigate } from '../router.ts';
import { Panel } from '../ui/Panel.tsx';
import { Stat, Stats } from '../ui/Stat.tsx';
import { StateBadge } from '../ui/StateBadge.tsx';
import { parseAccountArgument, useAccountFacts } from './account/facts.ts';
import type { AccountFacts } from './account/facts.ts';
import { HeatMap } from './account/HeatMap.tsx';
import { History } from './account/History.tsx';
import { Holdings } from './account/Holdings.tsx';
import { LiquidationPrices } from './account/LiquidationPrices.tsx';
import { Waterfall } from './account/Waterfall.tsx';
import { WhatIf } from './account/WhatIf.tsx';

export default function AccountPage({ argument }: { argument: string | undefined }) {
  const account = argument === undefined ? undefined : parseAccountArgument(argument);
  if (account === undefined) return <ChooseAccount entered={argument ?? ''} />;
  return <OneAccount key={account.toString()} account={account} />;
}

function ChooseAccount({ entered }: { entered: string }) {
  const [text, setText] = useState(entered);
  const [error, setError] = useState(entered === '' ? undefined : 'Not an account.');
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const account = parseAccountArgument(text);
    if (account === undefined)
      setError('Not an account: write an owner’s address, with /1 after it for sub-account 1.');
    else navigate('account', account.toString());
  };
  return (
    <Panel title="Which account?" note="An owner’s address, or pick one from the list of accounts.">
      <form onSubmit={submit} className="filters">
        <TextInput
          label="Account"
          placeholder="0x…"
          value={text}
          error={error}
          onChange={(event) => setText(event.currentTarget.value)}
          w={420}
          spellCheck={false}
        />
        <Button type="submit">Show</Button>
        <a className="link" href={hrefOf('accounts')}>
          All accounts
        </a>
      </form>
    </Panel>
  );
}

function OneAccount({ account }: { account: bigint }) {
  const { data: facts, error } = useAccountFacts(account);
  return (
    <>
      <Head account={account} facts={facts} />
      {error !== null && facts === undefined && (
        <Alert color="red" title="The account cannot be read now.">
          {error.message.split('\n', 1)[0]} It is tried again with the next block.
        </Alert>
      )}
      {facts !== undefined && (
        <>
          <Holdings facts={facts} />
          <div className="halves">
            <Waterfall facts={facts} />
            <LiquidationPrices facts={facts} />
          </div>
          <HeatMap facts={facts} />
          <WhatIf facts={facts} />
        </>
      )}
      <History account={account} />
    </>
  );
}

function Head({ account, facts }: { account: bigint; facts: AccountFacts | undefined }) {
  const report = facts?.report;
  const [equity, margin] = [toNumber(report?.equity ?? 0n), toNumber(report?.maintenanceMargin ?? 0n)];
  const free = report && report.equity - report.initialMargin;
  return (
    <section className="panel" aria-label="Summary">
      <div className="account-head">
        <h2 className="mono">{fullAccount(account)}</h2>
        {report !== undefined && <StateBadge state={report.state} />}
        {facts?.profile !== undefined && <span className="note">profile “{facts.profile.name}”</span>}
        {report !== undefined && report.status !== 'ok' && (
          <span className="badge" data-state="atRisk">
            prices {report.status}
          </span>
        )}
      </div>
      {facts?.problem !== undefined && (
        <Alert color="orange" title="The contracts cannot value this account now." mb="md">
          {facts.problem}
        </Alert>
      )}
      <Stats label="Margin">
        <Stat
          note={null}
          label="Health"
          term="health"
          value={report && health(equity, margin)}
          tone={toneOf(report?.state)}
        />
        <Stat note={null} label="Equity" term="equity" value={report && usd(report.equity)} />
        <Stat
          note={null}
          label="Maintenance margin"
          term="maintenanceMargin"
          value={report && usd(report.maintenanceMargin)}
        />
        <Stat
          note={null}
          label="Initial margin"
          term="initialMargin"
          value={report && usd(report.initialMargin)}
        />
        <Stat
          note={null}
          label="Free"
          term="free"
          value={free === undefined ? undefined : usd(free)}
          tone={free !== undefined && free < 0n ? 'warn' : undefined}
        />
        <Stat note={null} label="May be withdrawn" value={report && usd(withdrawable(report))} />
      </Stats>
    </section>
  );
}

function toneOf(state: string | undefined): 'good' | 'warn' | 'bad' | undefined {
  if (state === undefined) return undefined;
  if (state === 'healthy') return 'good';
  return state === 'atRisk' ? 'warn' : 'bad';
}
