/** Health levels, equity over maintenance margin in basis points, and how they come and go. */
export interface LevelOptions {
  /** The highest first. */
  readonly levelsBps: readonly number[];
  /** How far above a level health must rise before the level can be raised again, in percent. */
  readonly rearmPercent: number;
}

export interface LevelChange {
  /** Levels that health has fallen below and that are not raised yet, the highest first. */
  readonly raised: readonly number[];
  /** Levels that health has left for good. */
  readonly cleared: readonly number[];
}

/**
 * What a health means for the levels that are raised. Between a level and its rearming point nothing changes, so that an account
 * that goes up and down around a level raises it once.
 * @param healthBps E / MM in basis points; Infinity without margin.
 */
export function changeOf(
  healthBps: number,
  standing: ReadonlySet<number>,
  { levelsBps, rearmPercent }: LevelOptions,
): LevelChange {
  return {
    raised: levelsBps.filter((level) => healthBps < level && !standing.has(level)),
    cleared: [...standing].filter((level) => healthBps >= level * (1 + rearmPercent / 100)),
  };
}

/** Health above which no level of an account can be raised, and every raised one is cleared. */
export function calmAbove({ levelsBps, rearmPercent }: LevelOptions): number {
  return Math.max(0, ...levelsBps) * (1 + rearmPercent / 100);
}
