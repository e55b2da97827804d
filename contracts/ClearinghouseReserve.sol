// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseStorage, MAX_POSITIONS} from "./ClearinghouseStorage.sol";
import {AccountId} from "./types/AccountId.sol";
import {PositionWord} from "./types/PositionWord.sol";
import {IClearinghouseReserve} from "./interfaces/IClearinghouseReserve.sol";

/// @title ClearinghouseReserve: see IClearinghouseReserve
/// @dev Part of ClearinghouseDeleveraging's code, which has room for it.
abstract contract ClearinghouseReserve is ClearinghouseStorage, IClearinghouseReserve {
    /// @dev What a reserved slot holds: no word of a position, which has a kind. Nothing beyond the positions' number is read.
    PositionWord private constant RESERVED = PositionWord.wrap(1);

    /// @inheritdoc IClearinghouseReserve
    function reservePositions(AccountId account, uint256 count) external nonReentrant {
        if (count > MAX_POSITIONS) revert TooManyPositions(account, MAX_POSITIONS);
        PositionWord[MAX_POSITIONS] storage positions = _s.accounts[account].positions;
        for (uint256 i = 0; i < count; ++i) {
            if (_isFresh(positions[i])) positions[i] = RESERVED;
        }
    }

    /// @inheritdoc IClearinghouseReserve
    function reservedPositions(AccountId account) external view returns (uint256 count) {
        PositionWord[MAX_POSITIONS] storage positions = _s.accounts[account].positions;
        while (count < MAX_POSITIONS && !_isFresh(positions[count])) ++count;
    }

    function _isFresh(PositionWord word) private pure returns (bool) {
        return PositionWord.unwrap(word) == 0;
    }
}
