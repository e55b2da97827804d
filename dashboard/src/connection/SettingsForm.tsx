import { Alert, Button, Group, Stack, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { FormEvent } from 'react';
import { useConnection } from './ConnectionContext.tsx';
import { lensOf, validate } from './settings.ts';
import type { SettingName, SettingProblems, Settings } from './settings.ts';

interface Field {
  readonly name: SettingName;
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
  readonly required?: boolean;
}

const FIELDS: readonly Field[] = [
  {
    name: 'rpcUrl',
    label: 'Node (JSON-RPC URL)',
    description: 'Any node of the chain that answers web pages.',
    placeholder: 'http://127.0.0.1:8545',
    required: true,
  },
  {
    name: 'lens',
    label: 'MarginLens address',
    description: 'The rest is found from it. A whole deployed_addresses.json may be pasted here too.',
    placeholder: '0x…',
    required: true,
  },
  {
    name: 'chainId',
    label: 'Expected chain id',
    description: 'Optional: refuses a node of any other chain.',
    placeholder: 'any',
  },
  {
    name: 'fromBlock',
    label: 'First block',
    description: 'The block of the deployment; events are read from here.',
    placeholder: '0',
  },
  {
    name: 'metricsUrl',
    label: 'Keeper metrics URL',
    description: 'Optional: a keeper’s /metrics. Without it the keeper page uses chain events.',
    placeholder: 'none',
  },
];

/** Where to read from. What was entered stays, whatever comes of it. */
export function SettingsForm() {
  const connection = useConnection();
  // edited in place; remounted by its key when a connection brings other settings
  return <Form key={JSON.stringify(connection.settings)} initial={connection.settings} />;
}

function Form({ initial }: { initial: Settings }) {
  const { phase, problem, connect } = useConnection();
  const [values, setValues] = useState(initial);
  const [errors, setErrors] = useState<SettingProblems>({});
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const found = validate(values);
    setErrors(found);
    if (Object.keys(found).length === 0) connect(values);
  };
  const set = (name: SettingName, text: string): void => {
    setErrors((now) => ({ ...now, [name]: undefined }));
    setValues((now) => ({ ...now, [name]: name === 'lens' ? lensOf(text) : text.trim() }));
  };
  const failed = phase === 'failed' ? problem : undefined;
  return (
    <form onSubmit={submit} noValidate aria-label="Connection">
      <Stack gap="md" maw={560}>
        <div aria-live="assertive">{failed !== undefined && <Failure problem={failed} />}</div>
        {FIELDS.map(({ name, label, description, placeholder, required = false }) => (
          <TextInput
            key={name}
            name={name}
            label={label}
            description={description}
            placeholder={placeholder}
            withAsterisk={required}
            value={values[name]}
            error={errors[name] ?? (failed?.field === name ? failed.message : undefined)}
            onChange={(event) => set(name, event.currentTarget.value)}
            spellCheck={false}
            autoComplete="off"
          />
        ))}
        <Group>
          <Button type="submit" loading={phase === 'checking'}>
            Connect
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

function Failure({ problem }: { problem: { readonly message: string; readonly remedy: string } }) {
  return (
    <Alert color="red" title={problem.message} variant="light">
      {problem.remedy}
    </Alert>
  );
}
