import { useChain } from '../../chain/ChainContext.tsx';
import { STATES } from '../../chain/messages.ts';
import { count, percent, usd } from '../../format/format.ts';
import { hrefOf } from '../../router.ts';
import { Panel } from '../../ui/Panel.tsx';
import { StateBadge } from '../../ui/StateBadge.tsx';
import { Term } from '../../ui/Term.tsx';

/** How many accounts stand where. */
export function AccountStates() {
  const { totals } = useChain();
  return (
    <Panel
      title="Accounts"
      actions={
        <a className="link" href={hrefOf('accounts')}>
          All accounts
        </a>
      }
    >
      <ul className="state-list">
        {STATES.map((state, i) => {
          const number = totals?.byState[i];
          const share = totals && totals.accounts > 0 && number !== undefined ? number / totals.accounts : 0;
          return (
            <li key={state}>
              <StateBadge state={state} />
              <span className="bar" aria-hidden="true">
                <span data-state={state} style={{ width: percent(share) }} />
              </span>
              <b data-testid={`count-${state}`}>{number === undefined ? '–' : count(number)}</b>
            </li>
          );
        })}
      </ul>
      <dl className="pairs">
        <dt>
          <Term name="initialMargin">Initial margin</Term> of all
        </dt>
        <dd>{usd(totals?.initialMargin)}</dd>
        <dt>
          <Term name="maintenanceMargin">Maintenance margin</Term> of all
        </dt>
        <dd>{usd(totals?.maintenanceMargin)}</dd>
      </dl>
    </Panel>
  );
}
