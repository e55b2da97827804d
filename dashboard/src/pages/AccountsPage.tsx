import { Chip, Group, Switch, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import { useChain, useFollower } from '../chain/ChainContext.tsx';
import { STATES } from '../chain/messages.ts';
import type { View } from '../chain/messages.ts';
import { count } from '../format/format.ts';
import { Panel } from '../ui/Panel.tsx';
import { STATE_NAMES } from '../ui/StateBadge.tsx';
import { AccountTable } from './accounts/AccountTable.tsx';

const START: View = { sort: 'health', descending: false, states: [], search: '', empty: false };

export function AccountsPage() {
  const { rows, totals } = useChain();
  const follower = useFollower();
  const [view, setView] = useState(START);
  useEffect(() => follower.setView(view), [follower, view]);
  return (
    <Panel
      title="Accounts by health"
      note={
        totals === undefined
          ? 'Reading events …'
          : `${count(rows.length)} of ${count(totals.accounts)} accounts, valued at block ${count(totals.block)} in ${totals.milliseconds.toFixed(0)} ms`
      }
    >
      <Filter view={view} onChange={setView} />
      <AccountTable
        rows={rows}
        view={view}
        onSort={(sort, descending) => setView({ ...view, sort, descending })}
      />
    </Panel>
  );
}

function Filter({ view, onChange }: { view: View; onChange: (view: View) => void }) {
  return (
    <div className="filters" role="search" aria-label="Filter accounts">
      <TextInput
        label="Owner"
        placeholder="0x… or part of it"
        value={view.search}
        onChange={(event) => onChange({ ...view, search: event.currentTarget.value.trim() })}
        w={240}
        spellCheck={false}
      />
      <Chip.Group
        multiple
        value={[...view.states]}
        onChange={(states) => onChange({ ...view, states: states })}
      >
        <Group gap="xs" role="group" aria-label="States">
          {STATES.map((state) => (
            <Chip key={state} value={state} size="sm" variant="outline">
              {STATE_NAMES[state]}
            </Chip>
          ))}
        </Group>
      </Chip.Group>
      <Switch
        label="Show empty accounts"
        checked={view.empty}
        onChange={(event) => onChange({ ...view, empty: event.currentTarget.checked })}
      />
    </div>
  );
}
