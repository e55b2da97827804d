import { assess, toMarginOutput } from '@novate/sdk';
import type { Assessment } from '@novate/sdk';
import { formatMargin } from './formatMargin.ts';
import { readMarginInputs } from './readMarginInputs.ts';
import type { MarginInputs, MarginPaths } from './readMarginInputs.ts';

export interface MarginOptions extends MarginPaths {
  /** Print the object of the agreed format instead of a table. */
  readonly json: boolean;
  /** Where the output goes; standard output unless given. */
  readonly print?: (text: string) => void;
}

/**
 * `novate margin`: equity and margin of a portfolio file at a market file's prices, computed off chain.
 * @throws UsageError where a file cannot be used
 */
export function runMargin(options: MarginOptions): void {
  const inputs = readMarginInputs(options);
  printMargin(assess(inputs.portfolio, inputs.market, inputs.profile), inputs, options);
}

/** Prints an assessment of the inputs, whichever engine made it. */
export function printMargin(
  assessment: Assessment,
  { names }: Pick<MarginInputs, 'names'>,
  { json, print = toStandardOutput }: Pick<MarginOptions, 'json' | 'print'>,
): void {
  print(
    json ? JSON.stringify(toMarginOutput(assessment, names), undefined, 2) : formatMargin(assessment, names),
  );
}

function toStandardOutput(text: string): void {
  process.stdout.write(`${text}\n`);
}
