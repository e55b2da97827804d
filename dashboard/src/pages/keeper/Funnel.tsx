import { Alert } from '@mantine/core';
import { useChain, useDeployment } from '../../chain/ChainContext.tsx';
import { count, percent, usd } from '../../format/format.ts';
import { hrefOf } from '../../router.ts';
import { Panel } from '../../ui/Panel.tsx';
import { Stat, Stats } from '../../ui/Stat.tsx';
import { Term } from '../../ui/Term.tsx';
import type { TermName } from '../../ui/terms.ts';
import type { KeeperMetrics } from './metrics.ts';

interface Stage {
  readonly label: string;
  readonly value: number;
  readonly term?: TermName;
}

/** How many accounts pass each stage on the way to a liquidation: as the keeper tells it, else as the chain does. */
export function Funnel({ metrics, error }: { metrics: KeeperMetrics | undefined; error: Error | null }) {
  const { metricsUrl } = useDeployment().settings;
  return (
    <Panel title="Funnel" note={metricsUrl === '' ? <NoMetrics /> : 'As the keeper measures it.'}>
      {error !== null && (
        <Alert color="orange" title="The keeper’s metrics cannot be read." mb="md">
          {error.message} Start the keeper with metricsPort, or correct the URL under Connection. Tried again
          every two seconds; until then the chain’s own figures are shown.
        </Alert>
      )}
      {metrics === undefined || error !== null ? <ChainFunnel /> : <KeeperFunnel metrics={metrics} />}
    </Panel>
  );
}

function NoMetrics() {
  return (
    <>
      From chain events. For what the keeper itself measures enter its /metrics under{' '}
      <a className="link" href={hrefOf('settings')}>
        Connection
      </a>
      .
    </>
  );
}

function ChainFunnel() {
  const { totals, liquidations } = useChain();
  const [, atRisk = 0, liquidatable = 0, insolvent = 0] = totals?.byState ?? [];
  const liquidated = new Set(liquidations.map(({ account }) => account)).size;
  return (
    <Stages
      stages={[
        { label: 'Accounts', value: totals?.accounts ?? 0 },
        { label: 'Below initial margin', term: 'initialMargin', value: atRisk + liquidatable + insolvent },
        { label: 'Liquidatable now', term: 'maintenanceMargin', value: liquidatable + insolvent },
        { label: 'Liquidated so far', value: liquidated },
      ]}
    />
  );
}

function KeeperFunnel({ metrics }: { metrics: KeeperMetrics }) {
  return (
    <>
      <div className="halves">
        <div>
          <h3>Last block</h3>
          <Stages
            stages={[
              { label: 'Accounts', value: metrics.accounts },
              { label: 'Suspects', term: 'suspects', value: metrics.suspects },
              { label: 'Liquidatable', term: 'maintenanceMargin', value: metrics.liquidatable },
              { label: 'In flight', value: metrics.inFlight },
            ]}
          />
        </div>
        <div>
          <h3>Since it started</h3>
          <Stages
            stages={[
              { label: 'Sent', value: metrics.sent },
              { label: 'Mined', value: metrics.mined },
              { label: 'Reverted', value: metrics.reverted },
              { label: 'Replaced', value: metrics.replaced },
            ]}
          />
        </div>
      </div>
      <div className="after">
        <Stats label="The keeper">
          <Stat
            note={null}
            label="Blocks behind"
            value={count(metrics.headLag)}
            tone={metrics.headLag > 2 ? 'warn' : undefined}
          />
          <Stat note={null} label="Mean time per block" value={`${metrics.meanTickMs.toFixed(1)} ms`} />
          <Stat note={null} label="Reward" term="reward" value={usd(metrics.rewardUsd)} />
          <Stat note={null} label="Gas used" value={count(metrics.gas)} />
          <Stat
            note={null}
            label="Failed ticks"
            value={count(metrics.failedTicks)}
            tone={metrics.failedTicks > 0 ? 'warn' : undefined}
          />
        </Stats>
        {metrics.skipped.length > 0 && (
          <p className="note">
            Left alone in the last block:{' '}
            {metrics.skipped.map(([reason, number]) => `${number} ${reason}`).join(', ')}.
          </p>
        )}
      </div>
    </>
  );
}

function Stages({ stages }: { stages: readonly Stage[] }) {
  const largest = Math.max(1, ...stages.map(({ value }) => value));
  return (
    <ol className="funnel">
      {stages.map(({ label, value, term }) => (
        <li key={label}>
          <span>{term === undefined ? label : <Term name={term}>{label}</Term>}</span>
          <span className="bar" aria-hidden="true">
            <span style={{ width: percent(value / largest, 2) }} />
          </span>
          <b>{count(value)}</b>
        </li>
      ))}
    </ol>
  );
}
