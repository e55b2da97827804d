import { useComputedColorScheme } from '@mantine/core';
import { useEffect, useRef } from 'react';
import UPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface PlotSeries {
  readonly label: string;
  /** A CSS variable's name. */
  readonly colour: string;
  readonly kind: 'line' | 'step' | 'bars';
  /** Bars and lines of the second scale are read at the right. */
  readonly scale?: 'right';
  readonly format: (value: number) => string;
}

interface Props {
  readonly label: string;
  /** First the x values, then one list per series. */
  readonly data: readonly (readonly (number | null)[])[];
  readonly series: readonly PlotSeries[];
  readonly xFormat: (value: number) => string;
  /** What the x axis is called in the legend. */
  readonly xName: string;
}

const HEIGHT = 236;
/** Whole steps along the x axis. */
const INCREMENTS = [1, 2, 5]
  .flatMap((step) => [step, step * 10, step * 100, step * 1e3, step * 1e4, step * 1e5])
  .sort((a, b) => a - b);

/** A chart of numbers over blocks. Drawn anew only when its shape or the colours change; data is passed in place. */
export function Plot({ label, data, series, xFormat, xName }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<UPlot>(undefined);
  const latest = useRef(data);
  const scheme = useComputedColorScheme('light');
  const shape = JSON.stringify(series.map(({ label: name, kind, scale }) => [name, kind, scale]));
  const make = useRef<(width: number) => UPlot.Options>(undefined);
  useEffect(() => {
    latest.current = data;
    make.current = (width) => optionsOf(series, xFormat, xName, width);
    plot.current?.setData(toData(data));
  }, [data, series, xFormat, xName]);
  useEffect(() => {
    const element = box.current;
    if (element === null || make.current === undefined) return;
    const drawn = new UPlot(make.current(element.clientWidth), toData(latest.current), element);
    plot.current = drawn;
    const observer = new ResizeObserver(() => drawn.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      drawn.destroy();
      plot.current = undefined;
    };
  }, [shape, scheme]);
  return <div className="chart" ref={box} role="img" aria-label={label} />;
}

function toData(data: Props['data']): UPlot.AlignedData {
  return data.map((values) => [...values]) as unknown as UPlot.AlignedData;
}

function colour(name: string): string {
  return getComputedStyle(document.body).getPropertyValue(name).trim();
}

function optionsOf(
  series: readonly PlotSeries[],
  xFormat: Props['xFormat'],
  xName: string,
  width: number,
): UPlot.Options {
  const [muted, line] = [colour('--muted'), colour('--line')];
  const axis = { stroke: muted, font: '11px system-ui', ticks: { show: false } };
  const right = series.find(({ scale }) => scale === 'right');
  const left = series.find(({ scale }) => scale === undefined);
  const ticks = (of: PlotSeries | undefined) => (_: UPlot, values: number[]) =>
    values.map((value) => of?.format(value) ?? String(value));
  return {
    width,
    height: HEIGHT,
    legend: { live: true },
    cursor: { y: false },
    scales: {
      x: { time: false },
      y: { range: spread },
      right: { range: (_, __, top) => [0, Math.max(top, 4)] },
    },
    axes: [
      {
        ...axis,
        size: 28,
        incrs: [...INCREMENTS],
        grid: { show: false },
        values: (_, values) => values.map(xFormat),
      },
      { ...axis, grid: { stroke: line, width: 1 }, size: 62, values: ticks(left) },
      ...(right === undefined
        ? []
        : [
            {
              ...axis,
              scale: 'right',
              side: 1 as const,
              grid: { show: false },
              size: 34,
              values: ticks(right),
            },
          ]),
    ],
    series: [
      { label: xName, value: (_, value: number | null) => (value === null ? '–' : xFormat(value)) },
      ...series.map(seriesOf),
    ],
  };
}

/** Room above and below, also where all values are the same. */
function spread(_: UPlot, least: number | null, most: number | null): [number, number] {
  const [low, high] = [least ?? 0, most ?? 0];
  const room = Math.max((high - low) * 0.08, Math.abs(high) * 0.002, 0.002);
  return [low === 0 ? 0 - (high > 0 ? 0 : room) : low - room, high + room];
}

function seriesOf({ label, colour: name, kind, scale, format }: PlotSeries): UPlot.Series {
  const paths =
    kind === 'bars'
      ? UPlot.paths.bars?.({ size: [0.8, 12] })
      : kind === 'step'
        ? UPlot.paths.stepped?.({ align: 1 })
        : undefined;
  return {
    label,
    scale: scale ?? 'y',
    stroke: colour(name),
    width: kind === 'bars' ? 0 : 1.6,
    points: { show: false },
    value: (_: UPlot, value: number | null) => (value === null ? '–' : format(value)),
    ...(kind === 'bars' ? { fill: colour(name), alpha: 0.55 } : {}),
    ...(paths === undefined ? {} : { paths }),
  };
}
