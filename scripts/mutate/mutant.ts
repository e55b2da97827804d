import type { Edit } from './sources.ts';

/** One change of one file. */
export interface Mutant extends Edit {
  /** The same for as long as the function keeps this expression. */
  id: string;
  file: string;
  line: number;
  /** What kind of change it is. */
  operator: string;
  /** What the change replaces. */
  original: string;
  /** The function, modifier or constant that it is in, for people. */
  inside: string;
  /** Declarations around it, by number. */
  owners: number[];
}

/** What an operator proposes for a node. */
export interface Proposal extends Edit {
  operator: string;
}

export type Verdict = 'killed' | 'timeout' | 'survived' | 'equivalent' | 'invalid';

export interface Result {
  id: string;
  fingerprint: string;
  verdict: Verdict;
  /** The test that failed, or the compiler's message. */
  by?: string;
  seconds: number;
  /** The mutant, for reports. */
  mutant: Omit<Mutant, 'owners' | 'id'>;
}
