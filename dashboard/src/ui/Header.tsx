import { ActionIcon, useComputedColorScheme, useMantineColorScheme } from '@mantine/core';
import { hrefOf } from '../router.ts';
import type { Page } from '../router.ts';

const LINKS: readonly (readonly [Page, string])[] = [
  ['protocol', 'Protocol'],
  ['accounts', 'Accounts'],
  ['keeper', 'Keeper'],
  ['vault', 'Vault'],
  ['trade', 'Trade'],
  ['settings', 'Connection'],
];

export function Header({ page }: { page: Page }) {
  const current = page === 'account' ? 'accounts' : page;
  return (
    <header className="header">
      <div className="header-row">
        <a className="brand" href={hrefOf('protocol')}>
          <svg viewBox="0 0 16 16" width="18" height="18" aria-hidden="true">
            <path
              d="M3 13V3l10 10V3"
              fill="none"
              stroke="currentColor"
              strokeWidth="2.4"
              strokeLinejoin="round"
            />
          </svg>
          Novate
        </a>
        <nav aria-label="Pages">
          {LINKS.map(([target, name]) => (
            <a key={target} href={hrefOf(target)} aria-current={current === target ? 'page' : undefined}>
              {name}
            </a>
          ))}
        </nav>
        <SchemeToggle />
      </div>
    </header>
  );
}

function SchemeToggle() {
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const other = scheme === 'light' ? 'dark' : 'light';
  return (
    <ActionIcon
      variant="subtle"
      color="gray"
      aria-label={`Switch to ${other} colours`}
      onClick={() => setColorScheme(other)}
    >
      <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">
        <circle cx="8" cy="8" r="6" fill="none" stroke="currentColor" strokeWidth="1.6" />
        <path d="M8 2a6 6 0 0 1 0 12z" fill="currentColor" />
      </svg>
    </ActionIcon>
  );
}
