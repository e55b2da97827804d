import { useMemo } from 'react';
import { useChain, useSymbols } from '../../chain/ChainContext.tsx';
import type { Sample } from '../../chain/follower.ts';
import { count, percent } from '../../format/format.ts';
import { Plot } from '../../ui/Plot.tsx';
import type { PlotSeries } from '../../ui/Plot.tsx';

const COLOURS = ['--series-1', '--series-2', '--series-3', '--series-4'] as const;
const LIQUIDATIONS: PlotSeries = {
  label: 'liquidations',
  colour: '--bad',
  kind: 'bars',
  scale: 'right',
  format: (value) => (Number.isInteger(value) ? count(value) : ''),
};

/** Change of each index since the page was opened, and liquidations per block. */
export function PriceChart() {
  const { samples } = useChain();
  const symbolOf = useSymbols();
  const underlyings = Object.keys(samples[0]?.prices ?? {}).map(Number);
  const names = underlyings.map(symbolOf).join();
  const series = useMemo<PlotSeries[]>(
    () => [
      LIQUIDATIONS,
      ...names.split(',').map((label, i): PlotSeries => ({
        label,
        colour: COLOURS[i % COLOURS.length] ?? COLOURS[0],
        kind: 'line',
        format: (value) => percent(value, 1, true),
      })),
    ],
    [names],
  );
  const data = useMemo(() => toColumns(samples), [samples]);
  return (
    <Plot label={describe(samples, symbolOf)} data={data} series={series} xName="block" xFormat={count} />
  );
}

function toColumns(samples: readonly Sample[]): (number | null)[][] {
  const first = samples[0];
  const underlyings = Object.keys(first?.prices ?? {}).map(Number);
  return [
    samples.map(({ block }) => block),
    samples.map(
      ({ liquidations }, i) => liquidations - (samples[i - 1]?.liquidations ?? liquidations) || null,
    ),
    ...underlyings.map((one) =>
      samples.map(({ prices }) => {
        const [start, now] = [first?.prices[one], prices[one]];
        return start === undefined || now === undefined ? null : now / start - 1;
      }),
    ),
  ];
}

function describe(samples: readonly Sample[], symbolOf: (underlying: number) => string): string {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined) return 'No prices yet';
  const changes = Object.entries(last.prices).map(
    ([id, price]) =>
      `${symbolOf(Number(id))} ${percent(price / (first.prices[Number(id)] ?? price) - 1, 1, true)}`,
  );
  return `Since block ${first.block}: ${changes.join(', ')}; ${last.liquidations - first.liquidations} liquidations`;
}
