// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {AccountId} from "../types/AccountId.sol";
import {IClearinghouseTypes} from "./IClearinghouseTypes.sol";

/// @title IClearinghousePermit: deposits without an approval of their own, called at the clearinghouse's own address
interface IClearinghousePermit is IClearinghouseTypes {
    /// @notice As `deposit`, after showing the token the caller's signed permit (EIP-2612) to take `amountRaw`.
    /// @dev Anybody may show the token a permit that they see, and then it is used up though its allowance is there: so a
    /// permit that the token refuses is passed over, and the allowance decides. Without one the token fails with its own
    /// error. A permit only ever opens the caller's own tokens (SPEC-T4).
    /// @param deadlineSec,v,r,s The permit's deadline and signature; its owner is the caller, its spender the clearinghouse
    /// and its value `amountRaw`.
    function depositWithPermit(
        AccountId account,
        uint8 assetId,
        uint256 amountRaw,
        uint256 deadlineSec,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;
}
