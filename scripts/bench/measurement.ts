/** One figure. @property goal Not above this, or not below where `atLeast`; null where none is set. */
export interface Measurement {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly goal: number | null;
  readonly atLeast?: boolean;
  readonly peer: { readonly name: string; readonly value: number } | null;
  /** What exactly was measured. */
  readonly note?: string;
}
