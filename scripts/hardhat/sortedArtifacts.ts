import type { HardhatPlugin } from 'hardhat/types/plugins';

/**
 * Gives TypeChain the artifacts sorted. They come in an order that depends on what was cached, and TypeChain writes
 * its index in the order given, so that the committed types would change without a change of the contracts. List this
 * before the plugin of TypeChain.
 */
export const sortedArtifacts: HardhatPlugin = {
  id: 'novate-sorted-artifacts',
  hookHandlers: {
    solidity: () =>
      Promise.resolve({
        default: () =>
          Promise.resolve({
            processArtifactsAfterSuccessfulBuild: (_context, artifactPaths) => {
              // The handlers share one array, and the hook has no way to hand on another.
              (artifactPaths as string[]).sort();
              return Promise.resolve();
            },
          }),
      }),
  },
};
