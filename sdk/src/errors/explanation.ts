/**
 * What a contract error means and what to do about it. Braces hold an argument and how to show it, `{name:kind}`;
 * kinds are the keys of `formatters` in `format.ts`. A number instead of a name is the argument's place, for errors that
 * several contracts declare under different argument names.
 */
export interface Explanation {
  /** What happened, in one sentence. */
  readonly says: string;
  /** What to do next, in one sentence or two. */
  readonly remedy: string;
}
