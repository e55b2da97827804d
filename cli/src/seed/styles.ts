/** Ways in which the demo's traders use margin. */
export type Style = 'long' | 'short' | 'hedged' | 'cross' | 'borrower' | 'cautious' | 'maker';

export interface StyleShare {
  readonly style: Style;
  /** Of each hundred accounts. */
  readonly share: number;
  readonly description: string;
}

export const STYLES: readonly StyleShare[] = [
  { style: 'long', share: 34, description: 'cash, one leveraged long perp' },
  { style: 'short', share: 16, description: 'cash, one leveraged short perp' },
  { style: 'cross', share: 12, description: 'cash, long one perp and short another' },
  { style: 'hedged', share: 10, description: 'spot collateral against a short perp of the same size' },
  { style: 'borrower', share: 12, description: 'spot collateral, cash borrowed against it and withdrawn' },
  { style: 'cautious', share: 12, description: 'low leverage, the standard profile' },
  { style: 'maker', share: 4, description: 'much cash, the other side of what the others leave over' },
];

/** The style of each of `count` accounts, in the shares above; at least two makers, so that every order finds a taker. */
export function assignStyles(count: number): Style[] {
  const makers = Math.max(2, Math.round((count * shareOf('maker')) / 100));
  const others = STYLES.filter(({ style }) => style !== 'maker');
  const total = others.reduce((sum, { share }) => sum + share, 0);
  const styles: Style[] = [];
  // largest remainder, account by account: any prefix has the shares as nearly as whole accounts can
  const given = new Map<Style, number>();
  while (styles.length < count - makers) {
    const next = others.reduce((best, one) =>
      deficit(one, styles.length, given, total) > deficit(best, styles.length, given, total) ? one : best,
    );
    given.set(next.style, (given.get(next.style) ?? 0) + 1);
    styles.push(next.style);
  }
  return [...styles, ...Array.from({ length: makers }, (): Style => 'maker')];
}

function deficit(
  { style, share }: StyleShare,
  soFar: number,
  given: ReadonlyMap<Style, number>,
  total: number,
): number {
  return ((soFar + 1) * share) / total - (given.get(style) ?? 0);
}

function shareOf(style: Style): number {
  return STYLES.find((one) => one.style === style)?.share ?? 0;
}
