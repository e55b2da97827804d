import { useSyncExternalStore } from 'react';

export type Page = 'protocol' | 'accounts' | 'account' | 'keeper' | 'vault' | 'trade' | 'settings';

export interface Route {
  readonly page: Page;
  /** What follows the page's name: the account's number. */
  readonly argument: string | undefined;
}

const PAGES: readonly Page[] = ['protocol', 'accounts', 'account', 'keeper', 'vault', 'trade', 'settings'];

/** The hash of a page. The query before it holds the connection and stays. */
export function hrefOf(page: Page, argument?: string): string {
  return argument === undefined ? `#/${page}` : `#/${page}/${argument}`;
}

function parse(hash: string): Route {
  const [, name, argument] = hash.split('/');
  const page = PAGES.find((one) => one === name) ?? 'protocol';
  return { page, argument: argument === undefined || argument === '' ? undefined : argument };
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('hashchange', listener);
  return () => window.removeEventListener('hashchange', listener);
}

export function useRoute(): Route {
  return parse(useSyncExternalStore(subscribe, () => window.location.hash));
}

export function navigate(page: Page, argument?: string): void {
  window.location.hash = hrefOf(page, argument);
}
