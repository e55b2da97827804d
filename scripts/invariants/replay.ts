/** One call of a failing sequence. */
export interface Call {
  name: string;
  args: string;
}

/**
 * The calls of the counterexamples that Hardhat's Solidity test reporter prints, in order:
 *   signature: trade(uint256,int256)
 *   args: 5, -200 [-2e2]
 */
export function callsOf(output: string): Call[] {
  const calls: Call[] = [];
  const pattern = /^\s*signature: (\w+)\(.*\)\s*\n\s*args: ?(.*)$/gm;
  for (const [, name = '', args = ''] of output.matchAll(pattern)) {
    // a number is followed by itself in short
    calls.push({ name, args: args.replaceAll(/ \[-?[\d.]+e?-?\d*\]/g, '').trim() });
  }
  return calls;
}

/** A test that does the same once more; for test/solidity/invariant/Replays.t.sol. Nothing where there are no calls. */
export function replayOf(calls: readonly Call[]): string | undefined {
  if (calls.length === 0) return undefined;
  const lines = calls.map(({ name, args }) => `        handler.${name}(${args});`);
  return ['    function test_Replay() public {', ...lines, '        handler.checkState();', '    }'].join(
    '\n',
  );
}
