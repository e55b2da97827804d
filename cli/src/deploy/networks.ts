/** A chain that `novate deploy` knows. The RPC address and the key come from Hardhat's configuration variables. */
export interface DeployNetwork {
  /** As in `hardhat.config.ts`. */
  readonly name: string;
  /** Undefined: whatever answers. */
  readonly chainId: number | undefined;
  readonly explorer: string | undefined;
  /** Where a deployer that may still change everything at once is a mistake. */
  readonly isPublic: boolean;
}

export const NETWORKS: readonly DeployNetwork[] = [
  { name: 'localhost', chainId: undefined, explorer: undefined, isPublic: false },
  { name: 'sepolia', chainId: 11_155_111, explorer: 'https://sepolia.etherscan.io', isPublic: true },
  { name: 'arbitrumSepolia', chainId: 421_614, explorer: 'https://sepolia.arbiscan.io', isPublic: true },
  { name: 'baseSepolia', chainId: 84_532, explorer: 'https://sepolia.basescan.org', isPublic: true },
];
