import { createRequire } from 'node:module';
import config from '../../hardhat.config.ts';
import type { Node } from './ast.ts';
import { closureOf, type Sources } from './sources.ts';

/** Contracts by file, as `file:Name`. */
export type Artifacts = Record<string, Artifact>;

export interface Artifact {
  abi: string;
  bytecode: string;
  deployedBytecode: string;
}

interface Output {
  errors?: { severity: string; formattedMessage: string }[];
  sources?: Record<string, { ast: Node }>;
  contracts?: Record<string, Record<string, OutputContract>>;
}

interface OutputContract {
  abi: unknown;
  evm: { bytecode: { object: string }; deployedBytecode: { object: string } };
}

/** What the compiler says where it refuses. */
export class CompileError extends Error {}

const CODE = ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'];

interface Solc {
  compile(input: string): string;
}

/** The same settings as `hardhat test solidity`. */
export function settings(): Record<string, unknown> {
  const solidity = config.solidity as unknown as {
    profiles: { default: { settings: Record<string, unknown> } };
  };
  return solidity.profiles.default.settings;
}

export class Compiler {
  #solc: Solc | undefined;

  #run(sources: Sources, outputSelection: object): Output {
    // loaded late: it takes a third of a second
    this.#solc ??= createRequire(import.meta.url)('solc') as Solc;
    const input = {
      language: 'Solidity',
      sources: Object.fromEntries([...sources].map(([name, content]) => [name, { content }])),
      settings: { ...settings(), outputSelection },
    };
    const output = JSON.parse(this.#solc.compile(JSON.stringify(input))) as Output;
    const error = output.errors?.find(({ severity }) => severity === 'error');
    if (error !== undefined) throw new CompileError(error.formattedMessage);
    return output;
  }

  /** The syntax tree of every file. */
  parse(sources: Sources): Map<string, Node> {
    const { sources: parsed = {} } = this.#run(sources, { '*': { '': ['ast'] } });
    return new Map(Object.entries(parsed).map(([name, { ast }]) => [name, ast]));
  }

  /** The code of contracts given as `file:Name`; abstract contracts and interfaces give empty code. */
  build(sources: Sources, contracts: readonly string[]): Artifacts {
    const selection: Record<string, Record<string, string[]>> = {};
    for (const contract of contracts) {
      const [file = '', name = ''] = contract.split(':');
      (selection[file] ??= {})[name] = CODE;
    }
    const output = this.#run(closureOf(sources, Object.keys(selection)), selection);
    return Object.fromEntries(
      contracts.flatMap((contract) => {
        const [file = '', name = ''] = contract.split(':');
        const built = output.contracts?.[file]?.[name];
        if (built === undefined) return [];
        const { bytecode, deployedBytecode } = built.evm;
        const artifact = {
          abi: JSON.stringify(built.abi),
          bytecode: `0x${bytecode.object}`,
          deployedBytecode: `0x${deployedBytecode.object}`,
        };
        return [[contract, artifact] as const];
      }),
    );
  }
}
