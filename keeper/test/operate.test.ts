import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { expect } from 'chai';
import { helpText } from '../src/config/index.ts';
import { envOf } from '../src/config/loadConfig.ts';
import { settingNames, settingsSchema } from '../src/config/schema.ts';
import { SKIP_REASONS } from '../src/decide/skip.ts';
import { createMetrics } from '../src/report/metrics.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'keeper/operate');
const { load } = createRequire(import.meta.url)('js-yaml') as { load: (text: string) => unknown };
const read = (name: string): string => readFileSync(join(FOLDER, name), 'utf8');

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly runbook: string };
}
interface Service {
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly build?: { readonly dockerfile: string };
}

/** Names as PromQL uses them: histograms by their parts. */
async function known(): Promise<Set<string>> {
  const metrics = await createMetrics().registry.getMetricsAsJSON();
  return new Set(
    metrics.flatMap(({ name, type }) =>
      String(type) === 'histogram' ? ['_bucket', '_sum', '_count'].map((part) => name + part) : [name],
    ),
  );
}

const metricsIn = (text: string): Set<string> => new Set(text.match(/novate_keeper_[a-z0-9_]+/g) ?? []);

describe('files for operating', () => {
  const rules = (
    load(read('alerts.yml')) as { groups: readonly { rules: readonly Rule[] }[] }
  ).groups.flatMap((group) => group.rules);

  it('name no metric that the keeper does not have, and show every one that it has', async () => {
    const names = await known();
    const shown = metricsIn(read('grafana-dashboard.json'));
    const alerted = metricsIn(rules.map(({ expr }) => expr).join(' '));
    expect([...shown, ...alerted].filter((name) => !names.has(name))).to.deep.equal([]);
    const bare = (name: string): string => name.replace(/_(bucket|sum|count)$/, '');
    const missing = [...names].filter((name) => ![...shown].some((one) => bare(one) === bare(name)));
    expect(missing).to.deep.equal([]);
  });

  it('alert with a severity, a sentence and a heading of the runbook', () => {
    const headings = readFileSync(join(ROOT, 'docs/keeper.md'), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('#'))
      .map((line) =>
        line
          .replace(/^#+ /, '')
          .toLowerCase()
          .replace(/[^\w -]/g, '')
          .replaceAll(' ', '-'),
      );
    for (const { alert, expr, labels, annotations } of rules) {
      expect(['page', 'warn'], alert).to.include(labels.severity);
      expect(annotations.summary.length, alert).to.be.greaterThan(10);
      expect(headings, alert).to.include(annotations.runbook);
      for (const [, reason = ''] of expr.matchAll(/reason=~?"([^"]+)"/g)) {
        for (const one of reason.split('|')) expect(SKIP_REASONS).to.include(one);
      }
    }
    expect(new Set(rules.map(({ alert }) => alert)).size).to.equal(rules.length);
  });

  it('give the dashboard panels that do not overlap', () => {
    const { panels } = JSON.parse(read('grafana-dashboard.json')) as {
      panels: readonly { id: number; gridPos: { x: number; y: number; w: number; h: number } }[];
    };
    const places = panels.map(({ gridPos: { x, y } }) => `${x} ${y}`);
    expect(new Set(places).size).to.equal(panels.length);
    expect(panels.every(({ gridPos: { x, w } }) => x + w <= 24)).to.equal(true);
  });

  it('compose services whose settings exist, and whose secrets are files and not settings', () => {
    const compose = load(read('compose.yml')) as {
      services: Readonly<Record<string, Service>>;
      secrets: Readonly<Record<string, unknown>>;
    };
    const variables = new Set([...settingNames, 'config'].map((name) => envOf(name)));
    const keepers = Object.values(compose.services).filter(({ build }) => build !== undefined);
    expect(keepers).to.have.length(2);
    const ids = new Set<string>();
    for (const { environment = {}, secrets = [], volumes = [], build } of keepers) {
      for (const name of Object.keys(environment)) expect([...variables]).to.include(name);
      expect(environment).to.not.have.property(envOf('privateKey'));
      for (const secret of secrets) expect(compose.secrets).to.have.property(secret);
      expect(environment[envOf('privateKeyFile')]).to.equal(`/run/secrets/${secrets[0]}`);
      expect(volumes.some((volume) => volume.endsWith(`${environment[envOf('config')]}:ro`))).to.equal(true);
      expect(existsSync(join(ROOT, build?.dockerfile ?? ''))).to.equal(true);
      ids.add(environment[envOf('keeperId')] ?? '');
    }
    expect(ids.size).to.equal(2);
  });

  it('scrape the port that the image serves', () => {
    const dockerfile = read('Dockerfile');
    const { scrape_configs: jobs } = load(read('prometheus.yml')) as {
      scrape_configs: readonly {
        job_name: string;
        static_configs: readonly { targets: readonly string[] }[];
      }[];
    };
    const [, port = ''] = /NOVATE_KEEPER_METRICS_PORT=(\d+)/.exec(dockerfile) ?? [];
    expect(dockerfile).to.contain(`EXPOSE ${port}`).and.contain(`:${port}/healthz`);
    const targets = jobs.flatMap(({ static_configs: all }) => all.flatMap(({ targets: some }) => some));
    expect(targets).to.deep.equal([`keeper:${port}`, `keeper-two:${port}`]);
    expect(rules.find(({ alert }) => alert === 'KeeperDown')?.expr).to.contain(`job="${jobs[0]?.job_name}"`);
  });

  it('copy into the image only what is there and is let through, and no secret', () => {
    const ignore = readFileSync(join(ROOT, '.dockerignore'), 'utf8').split('\n');
    const dockerfile = read('Dockerfile');
    const sources = [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap(([, args = '']) =>
      args.split(' ').slice(0, -1),
    );
    for (const source of sources) {
      expect(existsSync(join(ROOT, source)), source).to.equal(true);
      expect(ignore, source).to.include(`!${source}`);
    }
    const { devDependencies } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      devDependencies: { node: string };
    };
    for (const [, version] of dockerfile.matchAll(/^FROM node:([\d.]+)/gm)) {
      expect(version).to.equal(devDependencies.node);
    }
    expect(dockerfile).to.not.match(/PRIVATE_KEY|PASSWORD/);
    expect(dockerfile).to.match(/^USER node$/m);
  });

  it('have an example of settings that is understood', () => {
    const example = JSON.parse(read('keeper.example.json')) as object;
    const key = `0x${'1'.repeat(64)}`;
    const settings = { ...example, privateKey: key, addresses: 'deployed_addresses.json' };
    expect(settingsSchema.safeParse(settings).success).to.equal(true);
    expect(readdirSync(FOLDER)).to.have.length(6);
    expect(helpText()).to.contain('doctor');
  });
});
