// Pictures as SVG text: a surface seen from above with a scale, and lines over one axis. No dependencies; the same input gives
// the same bytes.

const [WIDTH, HEIGHT] = [760, 420];
const [LEFT, RIGHT, TOP, BOTTOM] = [84, 120, 46, 58];
const [PLOT_WIDTH, PLOT_HEIGHT] = [WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM];
const TICKS = 5;
/** From low to high; even steps of lightness, readable without colour too. */
const SCALE = ['#0d2a4a', '#15506e', '#1f7a82', '#4ba37c', '#a3c667', '#f6e36b'] as const;
const LINES = ['#2563eb', '#c2410c', '#7c3aed', '#0f766e'] as const;

export interface Axis {
  readonly label: string;
  readonly from: number;
  readonly to: number;
  readonly show: (value: number) => string;
}

export interface SurfacePlot {
  readonly title: string;
  readonly x: Axis;
  readonly y: Axis;
  readonly columns: number;
  readonly rows: number;
  /** What the colour stands for. */
  readonly label: string;
  readonly show: (value: number) => string;
  readonly value: (x: number, y: number) => number;
}

export interface LinePlot {
  readonly title: string;
  readonly x: Axis;
  readonly points: number;
  readonly y: Omit<Axis, 'from' | 'to'>;
  readonly lines: readonly { readonly name: string; readonly value: (x: number) => number }[];
}

export function drawSurface(plot: SurfacePlot): string {
  const { columns, rows, x, y } = plot;
  const values = Array.from({ length: rows }, (_, row) =>
    Array.from({ length: columns }, (_, column) =>
      plot.value(at(x, (column + 0.5) / columns), at(y, (row + 0.5) / rows)),
    ),
  );
  const all = values.flat();
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const [width, height] = [PLOT_WIDTH / columns, PLOT_HEIGHT / rows];
  const cells = values.flatMap((line, row) =>
    line.map((value, column) => {
      const top = TOP + PLOT_HEIGHT - (row + 1) * height;
      const share = high === low ? 0 : (value - low) / (high - low);
      // a hair wider, so that no seams show
      return `<rect x="${n(LEFT + column * width)}" y="${n(top)}" width="${n(width + 0.3)}" height="${n(height + 0.3)}" fill="${colour(share)}"/>`;
    }),
  );
  const surface = ['<g shape-rendering="crispEdges">', ...cells, '</g>'];
  return frame(plot.title, [...surface, ...axes(x, y), ...scale(low, high, plot.label, plot.show)]);
}

export function drawLines(plot: LinePlot): string {
  const { x, points } = plot;
  const places = Array.from({ length: points }, (_, i) => at(x, i / (points - 1)));
  const series = plot.lines.map(({ name, value }) => ({ name, values: places.map(value) }));
  const all = series.flatMap(({ values }) => values);
  const y: Axis = { ...plot.y, from: Math.min(0, ...all), to: Math.max(...all) };
  const paths = series.map(({ values }, i) => {
    const d = values.map((value, j) => {
      const [px, py] = [LEFT + (PLOT_WIDTH * j) / (points - 1), down(y, value)];
      return `${j === 0 ? 'M' : 'L'}${n(px)} ${n(py)}`;
    });
    return `<path d="${d.join('')}" fill="none" stroke="${LINES[i] ?? '#000'}" stroke-width="2.2"/>`;
  });
  const legend = series.map(({ name }, i) => {
    const top = TOP + 12 + i * 22;
    const line = `<path d="M${LEFT + PLOT_WIDTH + 10} ${top}h16" stroke="${LINES[i] ?? '#000'}" stroke-width="3"/>`;
    return line + text(LEFT + PLOT_WIDTH + 31, top + 4, name);
  });
  const zero = `<path d="M${LEFT} ${n(down(y, 0))}h${PLOT_WIDTH}" stroke="#94a3b8" stroke-dasharray="4 3"/>`;
  return frame(plot.title, [zero, ...paths, ...axes(x, y), ...legend]);
}

function frame(title: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" font-family="system-ui, sans-serif" font-size="12" role="img">`,
    `<title>${title}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#ffffff"/>`,
    text(LEFT, 26, title, 'font-size="14" font-weight="600"'),
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

function axes(x: Axis, y: Axis): string[] {
  const ticks = Array.from({ length: TICKS }, (_, i) => i / (TICKS - 1));
  const bottom = TOP + PLOT_HEIGHT;
  return [
    `<rect x="${LEFT}" y="${TOP}" width="${PLOT_WIDTH}" height="${PLOT_HEIGHT}" fill="none" stroke="#475569"/>`,
    ...ticks.map((share) =>
      text(LEFT + share * PLOT_WIDTH, bottom + 18, x.show(at(x, share)), 'text-anchor="middle"'),
    ),
    ...ticks.map((share) =>
      text(LEFT - 8, bottom - share * PLOT_HEIGHT + 4, y.show(at(y, share)), 'text-anchor="end"'),
    ),
    text(LEFT + PLOT_WIDTH / 2, bottom + 42, x.label, 'text-anchor="middle"'),
    `<text transform="translate(18 ${TOP + PLOT_HEIGHT / 2}) rotate(-90)" text-anchor="middle" fill="#0f172a">${y.label}</text>`,
  ];
}

function scale(low: number, high: number, label: string, show: (value: number) => string): string[] {
  const [left, steps] = [LEFT + PLOT_WIDTH + 22, 40];
  const height = PLOT_HEIGHT / steps;
  const bars = Array.from(
    { length: steps },
    (_, i) =>
      `<rect x="${left}" y="${n(TOP + PLOT_HEIGHT - (i + 1) * height)}" width="16" height="${n(height + 0.3)}" fill="${colour(i / (steps - 1))}"/>`,
  );
  const ticks = [0, 0.5, 1].map((share) =>
    text(left + 22, TOP + PLOT_HEIGHT * (1 - share) + 4, show(low + share * (high - low))),
  );
  return [...bars, ...ticks, text(left + 22, TOP + PLOT_HEIGHT + 18, label)];
}

function text(x: number, y: number, content: string, more = ''): string {
  return `<text x="${n(x)}" y="${n(y)}" fill="#0f172a" ${more}>${content}</text>`;
}

function colour(share: number): string {
  const place = Math.min(Math.max(share, 0), 1) * (SCALE.length - 1);
  const i = Math.min(Math.floor(place), SCALE.length - 2);
  const [from, to] = [channels(SCALE[i] ?? ''), channels(SCALE[i + 1] ?? '')];
  const mixed = from.map((value, j) => Math.round(value + ((to[j] ?? 0) - value) * (place - i)));
  return `#${mixed.map((value) => value.toString(16).padStart(2, '0')).join('')}`;
}

const channels = (hex: string): number[] => [1, 3, 5].map((i) => Number.parseInt(hex.slice(i, i + 2), 16));
const at = ({ from, to }: Axis, share: number): number => from + (to - from) * share;
const down = (y: Axis, value: number): number => TOP + PLOT_HEIGHT * (1 - (value - y.from) / (y.to - y.from));
const n = (value: number): string => String(Math.round(value * 10) / 10);
