import { lazy, Suspense, useEffect, useRef } from 'react';
import { ChainProvider } from './chain/ChainContext.tsx';
import { useConnection } from './connection/ConnectionContext.tsx';
import { SettingsForm } from './connection/SettingsForm.tsx';
import { AccountsPage } from './pages/AccountsPage.tsx';
import { ProtocolPage } from './pages/ProtocolPage.tsx';
import { useRoute } from './router.ts';
import type { Page, Route } from './router.ts';
import { Header } from './ui/Header.tsx';
import { Announcer } from './ui/Announcer.tsx';
import { Panel } from './ui/Panel.tsx';
import { StatusBar } from './ui/StatusBar.tsx';

const AccountPage = lazy(() => import('./pages/AccountPage.tsx'));
const KeeperPage = lazy(() => import('./pages/KeeperPage.tsx'));
const VaultPage = lazy(() => import('./pages/VaultPage.tsx'));
const TradePage = lazy(() => import('./pages/TradePage.tsx'));

const TITLES: Readonly<Record<Page, string>> = {
  protocol: 'Protocol',
  accounts: 'Accounts',
  account: 'Account',
  keeper: 'Keeper',
  vault: 'Vault',
  trade: 'Trade',
  settings: 'Connection',
};

export function App() {
  const route = useRoute();
  const { deployment } = useConnection();
  const main = useRef<HTMLElement>(null);
  const shown = useRef(route.page);
  useEffect(() => {
    document.title = `${TITLES[route.page]} · Novate`;
    if (shown.current === route.page) return;
    shown.current = route.page;
    window.scrollTo(0, 0);
    // a screen reader goes on where the page changed
    main.current?.focus({ preventScroll: true });
  }, [route.page]);
  const page = (
    <main id="main" ref={main} tabIndex={-1}>
      <h1 className="sr-only">{TITLES[route.page]}</h1>
      <Suspense fallback={<div className="panel tall" aria-busy="true" />}>
        <Content route={route} />
      </Suspense>
    </main>
  );
  return (
    <>
      <a className="skip" href="#main" onClick={(event) => skip(event, main.current)}>
        Skip to content
      </a>
      <Header page={route.page} />
      {deployment === undefined ? (
        page
      ) : (
        <ChainProvider deployment={deployment}>
          <StatusBar />
          <Announcer />
          {page}
        </ChainProvider>
      )}
    </>
  );
}

function skip(event: { preventDefault(): void }, main: HTMLElement | null): void {
  // the hash is the router's
  event.preventDefault();
  main?.focus();
}

function Content({ route }: { route: Route }) {
  const { deployment, phase } = useConnection();
  if (route.page === 'settings') return <Connect />;
  if (deployment === undefined)
    return phase === 'loading' ? <div className="panel tall" aria-busy="true" /> : <Connect />;
  switch (route.page) {
    case 'accounts':
      return <AccountsPage />;
    case 'account':
      return <AccountPage argument={route.argument} />;
    case 'keeper':
      return <KeeperPage />;
    case 'vault':
      return <VaultPage />;
    case 'trade':
      return <TradePage />;
    default:
      return <ProtocolPage />;
  }
}

function Connect() {
  return (
    <Panel
      title="Connection"
      note="Reads any deployment, without a wallet. The address bar keeps what is entered, so that the page can be shared."
    >
      <SettingsForm />
    </Panel>
  );
}
