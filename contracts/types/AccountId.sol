// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

/// @title AccountId: an owner's address and a sub-account number in one word
/// @notice Bits 255..96 hold the owner, bits 95..0 the sub-account. Nothing is registered: every value is an account,
/// empty until something is deposited. A sub-account is isolated margin.
type AccountId is uint256;

using {equals as ==, differs as !=} for AccountId global;
using AccountIdLib for AccountId global;

/// @notice The account number `subAccount` of `accountOwner`.
function toAccountId(address accountOwner, uint96 subAccount) pure returns (AccountId) {
    return AccountId.wrap((uint256(uint160(accountOwner)) << 96) | subAccount);
}

library AccountIdLib {
    function owner(AccountId account) internal pure returns (address) {
        return address(uint160(AccountId.unwrap(account) >> 96));
    }

    function subId(AccountId account) internal pure returns (uint96) {
        return uint96(AccountId.unwrap(account));
    }
}

function equals(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) == AccountId.unwrap(b);
}

function differs(AccountId a, AccountId b) pure returns (bool) {
    return AccountId.unwrap(a) != AccountId.unwrap(b);
}
