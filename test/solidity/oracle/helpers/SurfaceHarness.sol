// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IVolSurface} from "../../../../contracts/interfaces/IVolSurface.sol";
import {SurfaceBounds} from "../../../../contracts/oracle/SurfaceBounds.sol";
import {SurfaceWord, SurfaceWordLib} from "../../../../contracts/oracle/SurfaceWord.sol";

/// @notice The surface's internal libraries as calls, so that reverts can be expected.
contract SurfaceHarness {
    function pack(IVolSurface.Surface memory surface) external pure returns (SurfaceWord) {
        return SurfaceWordLib.pack(surface);
    }

    function unpack(SurfaceWord word) external pure returns (IVolSurface.Surface memory) {
        return word.unpack();
    }

    function check(IVolSurface.Surface memory surface, uint256 tau) external pure {
        SurfaceBounds.check(surface, tau);
    }

    function durrleman(IVolSurface.Surface memory surface, int256 k) external pure returns (int256) {
        return SurfaceBounds.durrleman(surface, k);
    }
}
