import type { TypeResult } from './backtest.ts';
import { labelOf } from './formatBacktest.ts';
import type { BacktestResult } from './runBacktest.ts';
import { VOL_RESPONSES } from './volResponse.ts';

const [WIDTH, ROW, TOP, BOTTOM] = [860, 38, 74, 64];
const [LABELS, BARS, GAP, SAVED] = [190, 400, 40, 190];
const [MAINTENANCE, INITIAL, NET] = ['#c2410c', '#2563eb', '#0f766e'];
/** The share of windows that may exceed a margin. */
const LIMIT = 0.5;

/**
 * A picture of the result: on the left how often the loss exceeded the margins, with the worst of the volatility responses, on the
 * right what netting saves.
 */
export function drawBacktest(result: BacktestResult): string {
  const { results } = result;
  const height = TOP + ROW * results.length + BOTTOM;
  const most = niceCeiling(Math.max(LIMIT, ...results.map((one) => exceedance(one, 'maintenance'))));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" font-family="system-ui, sans-serif" font-size="13" role="img">`,
    '<title>How often a day exceeded the margin, and what netting saves</title>',
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    text(LABELS, 24, 'Windows of 24 hours with a loss above the margin, %', 'weight'),
    text(LABELS + BARS + GAP, 24, 'IM saved by netting, %', 'weight'),
    ...legend(),
    ...axis(most, height),
    ...results.flatMap((one, i) => drawRow(one, TOP + ROW * i, most)),
    text(LABELS, height - 14, caption(result), 'small'),
    '</svg>',
    '',
  ].join('\n');
}

function drawRow(one: TypeResult, y: number, most: number): string[] {
  const bar = (x: number, dy: number, width: number, colour: string): string =>
    `<rect x="${x}" y="${y + dy}" width="${width.toFixed(1)}" height="12" fill="${colour}"/>`;
  const [mm, im] = [exceedance(one, 'maintenance'), exceedance(one, 'initial')];
  const [mmWidth, imWidth] = [(mm / most) * BARS, (im / most) * BARS];
  const savedAt = LABELS + BARS + GAP;
  const saved = (Math.max(0, one.saved.initial) / 100) * SAVED;
  return [
    text(LABELS - 10, y + 18, labelOf(one.type), 'end'),
    bar(LABELS, 2, mmWidth, MAINTENANCE),
    text(LABELS + mmWidth + 5, y + 12, mm.toFixed(2), 'small'),
    bar(LABELS, 15, imWidth, INITIAL),
    text(LABELS + imWidth + 5, y + 25, im.toFixed(2), 'small'),
    bar(savedAt, 8, saved, NET),
    text(savedAt + saved + 5, y + 18, one.saved.initial.toFixed(0), 'small'),
  ];
}

function axis(most: number, height: number): string[] {
  const bottom = height - BOTTOM;
  const limit = LABELS + (LIMIT / most) * BARS;
  return [
    `<line x1="${LABELS}" y1="${TOP - 4}" x2="${LABELS}" y2="${bottom}" stroke="#94a3b8"/>`,
    `<line x1="${LABELS + BARS + GAP}" y1="${TOP - 4}" x2="${LABELS + BARS + GAP}" y2="${bottom}" stroke="#94a3b8"/>`,
    `<line x1="${limit.toFixed(1)}" y1="${TOP - 4}" x2="${limit.toFixed(1)}" y2="${bottom}" stroke="#64748b" stroke-dasharray="4 3"/>`,
    text(limit + 4, bottom + 14, `${LIMIT}%`, 'small'),
  ];
}

function legend(): string[] {
  const items: readonly (readonly [string, string])[] = [
    [MAINTENANCE, 'maintenance margin'],
    [INITIAL, 'initial margin'],
  ];
  return items.flatMap(([colour, label], i) => [
    `<rect x="${LABELS + 150 * i}" y="40" width="12" height="12" fill="${colour}"/>`,
    text(LABELS + 150 * i + 18, 51, label, 'small'),
  ]);
}

function caption({ profile, portfolios, from, to }: BacktestResult): string {
  const years = `${from.slice(0, 4)} to ${to.slice(0, 4)}`;
  return `Profile ${profile}, ${portfolios} random portfolios, moves of ${years}; the worst of three responses of volatility.`;
}

function exceedance(one: TypeResult, margin: 'maintenance' | 'initial'): number {
  return 100 - Math.min(...VOL_RESPONSES.map((response) => one.coverage[response][margin].coverage));
}

function niceCeiling(value: number): number {
  const steps = [0.5, 1, 1.5, 2, 3, 4, 5, 8, 10, 15, 20, 30, 50, 100];
  return (steps.find((step) => step >= value) ?? 100) * 1.08;
}

function text(x: number, y: number, content: string, style?: 'end' | 'small' | 'weight'): string {
  const styles = {
    end: ' text-anchor="end"',
    small: ' font-size="11" fill="#334155"',
    weight: ' font-weight="600"',
  };
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
  return `<text x="${x.toFixed(1)}" y="${y}"${style === undefined ? '' : styles[style]}>${escaped}</text>`;
}
