import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitepress';
import type { MarkdownOptions } from 'vitepress';

const DOCS = dirname(dirname(fileURLToPath(import.meta.url)));

type Markdown = Parameters<NonNullable<MarkdownOptions['config']>>[0];

/** Links to files of the repository that are no pages, such as tests, stay as words: the site does not have them. */
function plainSourceLinks(md: Markdown): void {
  md.core.ruler.push('plain-source-links', ({ tokens, env }) => {
    const page = (env as { path?: string }).path ?? DOCS;
    for (const { children } of tokens) {
      let dropped = 0;
      for (const token of children ?? []) {
        if (token.type === 'link_open' && isOutside(page, token.attrGet('href') ?? '')) dropped += 1;
        else if (token.type !== 'link_close' || dropped === 0) continue;
        else dropped -= 1;
        token.type = token.nesting === 1 ? 'em_open' : 'em_close';
        token.tag = 'em';
        token.attrs = null;
      }
    }
  });
}

function isOutside(page: string, href: string): boolean {
  if (/^([a-z]+:|#|\/)/.test(href)) return false;
  const file = join(dirname(page), href.replace(/#.*$/, ''));
  return relative(DOCS, file).startsWith('..') || !existsSync(/\.\w+$/.test(file) ? file : `${file}.md`);
}

const page = (text: string, link: string) => ({ text, link });

export default defineConfig({
  title: 'Novate',
  description: 'An on-chain cross-margin clearinghouse.',
  srcExclude: ['README.md'],
  cleanUrls: true,
  lastUpdated: false,
  markdown: { config: plainSourceLinks },
  themeConfig: {
    search: { provider: 'local' },
    outline: { level: [2, 3] },
    nav: [
      page('Start', '/start/trader'),
      page('Concepts', '/concepts/margin'),
      page('Reference', '/reference/sdk'),
    ],
    sidebar: [
      {
        text: 'Start',
        items: [
          page('Trader', '/start/trader'),
          page('Front end', '/start/front-end'),
          page('Keeper operator', '/start/keeper'),
          page('Protocol team', '/start/protocol-team'),
        ],
      },
      {
        text: 'Concepts',
        items: [
          page('Margin in pictures', '/concepts/margin'),
          page('A worked example', '/concepts/worked-example'),
          page('The model and history', '/model'),
          page('Default waterfall', '/waterfall'),
          page('Liquidity vault', '/vault'),
          page('Compared with others', '/comparison'),
          page('Terminology', '/terminology'),
        ],
      },
      {
        text: 'Running it',
        items: [
          page('Deploying', '/deploy'),
          page('Keeper', '/keeper'),
          page('Scale', '/scale'),
          page('Dashboard', '/dashboard'),
        ],
      },
      {
        text: 'Reference',
        items: [
          page('SDK', '/reference/sdk'),
          page('Command line', '/reference/cli'),
          page('Contracts', '/reference/contracts'),
          page('Errors', '/reference/errors'),
          page('Events', '/reference/events'),
          page('Parameters', '/reference/parameters'),
        ],
      },
      {
        text: 'How it is made',
        items: [
          page('Architecture', '/architecture'),
          page('Specification', '/spec'),
          page('Invariants', '/invariants'),
          page('Incidents', '/incidents'),
          page('Tokens', '/tokens'),
          page('Testing', '/testing'),
          page('Mutation testing', '/mutation'),
        ],
      },
    ],
  },
});
