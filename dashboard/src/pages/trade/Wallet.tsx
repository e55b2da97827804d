import { Alert, Button, Group } from '@mantine/core';
import { useConnect, useConnection, useConnectors, useDisconnect, useSwitchChain } from 'wagmi';
import type { Connector } from 'wagmi';
import { useDeployment } from '../../chain/ChainContext.tsx';
import { hrefOf } from '../../router.ts';
import { NumberField } from '../../ui/NumberField.tsx';
import { Panel } from '../../ui/Panel.tsx';

interface Props {
  readonly subId: bigint;
  /** Where an account is chosen too. */
  readonly onSubId: ((subId: bigint) => void) | undefined;
}

export function Wallet({ subId, onSubId }: Props) {
  const { chainId } = useDeployment();
  const connection = useConnection();
  const disconnect = useDisconnect();
  const connected = connection.status === 'connected';
  return (
    <Panel
      title="Wallet"
      note={
        connected
          ? connection.connector.name
          : 'Orders and transactions are signed here; keys never leave the wallet.'
      }
      actions={
        connected && (
          <Button size="compact-sm" variant="default" onClick={() => disconnect.mutate()}>
            Disconnect
          </Button>
        )
      }
    >
      {connected ? (
        <div className="filters">
          <a
            className="mono link"
            href={hrefOf('account', `${connection.address}${encodeURIComponent(`/${subId}`)}`)}
          >
            {connection.address}
          </a>
          {onSubId !== undefined && (
            <NumberField
              label="Sub-account"
              value={Number(subId)}
              onChange={(value) => onSubId(BigInt(clampSubId(Number(value) || 0)))}
              min={0}
              step={1}
              w={120}
            />
          )}
        </div>
      ) : (
        <Connectors />
      )}
      {connected && connection.chainId !== chainId && (
        <WrongChain actual={connection.chainId} wanted={chainId} />
      )}
    </Panel>
  );
}

function clampSubId(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.trunc(value)));
}

function Connectors() {
  const connectors = useConnectors();
  const connect = useConnect();
  const present = 'ethereum' in window;
  const known = (connector: Connector): boolean =>
    connector.type !== 'injected' || present || connector.id !== 'injected';
  return (
    <>
      <Group>
        {connectors.filter(known).map((connector) => (
          <Button
            key={connector.uid}
            variant={connector.type === 'local' ? 'filled' : 'default'}
            loading={connect.isPending && connect.variables?.connector === connector}
            onClick={() => connect.mutate({ connector })}
          >
            {connector.name === 'Injected' ? 'Browser wallet' : connector.name}
          </Button>
        ))}
      </Group>
      {!connectors.some(known) && (
        <p className="note">
          This browser has no wallet. Install one, or open the page in a browser that has one.
        </p>
      )}
      <div className="result" role="status">
        {connect.error !== null && (
          <Alert color="red" variant="light" title="The wallet did not connect.">
            {connect.error.message.split('\n', 1)[0]} Unlock it, then try again.
          </Alert>
        )}
      </div>
    </>
  );
}

function WrongChain({ actual, wanted }: { actual: number; wanted: number }) {
  const change = useSwitchChain();
  return (
    <Alert
      color="orange"
      title={`The wallet is on chain ${actual}, this deployment on chain ${wanted}.`}
      mt="sm"
    >
      <Button size="compact-sm" loading={change.isPending} onClick={() => change.mutate({ chainId: wanted })}>
        Switch the wallet to chain {wanted}
      </Button>
      {change.error !== null && ` ${change.error.message.split('\n', 1)[0]} Switch it in the wallet itself.`}
    </Alert>
  );
}
