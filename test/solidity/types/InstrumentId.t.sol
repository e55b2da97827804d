// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {
    ExpiryNotRepresentable,
    InstrumentId,
    Kind,
    StrikeNotRepresentable,
    UnderlyingNotRepresentable,
    futureId,
    optionId,
    perpId
} from "../../../contracts/types/InstrumentId.sol";
import {Test} from "../helpers/Test.sol";

/// @dev What an id can hold, and what is refused where it cannot.
contract InstrumentIdTest is Test {
    uint256 private constant EXPIRY = 1_772_784_000;
    uint256 private constant LAST_EXPIRY = ((1 << 20) - 1) * 1 hours;

    function testFuzz_OptionsComeBack(
        uint16 underlying,
        uint256 expiryHours,
        uint256 mantissa,
        uint256 exponent,
        bool isCall
    ) public pure {
        uint256 id = bound(underlying, 1, 4_095);
        uint256 expiry = bound(expiryHours, 1, (1 << 20) - 1) * 1 hours;
        uint256 strike = bound(mantissa, 1, 1e16) * 10 ** bound(exponent, 0, 22);
        InstrumentId option = optionId(id, expiry, strike, isCall);
        assertTrue(option.kind() == (isCall ? Kind.Call : Kind.Put));
        assertEq(option.underlying(), id);
        assertEq(option.expirySec(), expiry);
        assertEq(option.strike(), strike);
        assertTrue(option.hasStrike());
    }

    function test_RevertWhen_StrikeIsZero() public {
        vm.expectRevert(abi.encodeWithSelector(StrikeNotRepresentable.selector, 0));
        this.newOption(1, EXPIRY, 0);
    }

    function test_RevertWhen_StrikeHasTooManyDigits() public {
        uint256 most = (1 << 54) - 1;
        assertEq(this.newOption(1, EXPIRY, most * 1e6).strike(), most * 1e6);
        vm.expectRevert(abi.encodeWithSelector(StrikeNotRepresentable.selector, (most + 2) * 1e6));
        this.newOption(1, EXPIRY, (most + 2) * 1e6);
        vm.expectRevert(abi.encodeWithSelector(StrikeNotRepresentable.selector, 1e64));
        this.newOption(1, EXPIRY, 1e64);
    }

    /// @dev The id holds strikes above 2**128, which the protocol does not: it says so.
    function test_StrikesBeyondAPriceAreNone() public view {
        assertTrue(this.newOption(1, EXPIRY, 1e38).hasStrike());
        assertTrue(!this.newOption(1, EXPIRY, 4e38).hasStrike());
        assertTrue(!this.newOption(1, EXPIRY, 1e39).hasStrike());
        assertTrue(!perpId(1).hasStrike());
    }

    function test_RevertWhen_ExpiryIsOffTheGrid() public {
        uint256[4] memory wrong = [EXPIRY + 1, EXPIRY + 1_800, 0, LAST_EXPIRY + 1 hours];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory refusal = abi.encodeWithSelector(ExpiryNotRepresentable.selector, wrong[i]);
            vm.expectRevert(refusal);
            this.newOption(1, wrong[i], 1e18);
            vm.expectRevert(refusal);
            this.newFuture(1, wrong[i]);
        }
        assertEq(this.newFuture(1, LAST_EXPIRY).expirySec(), LAST_EXPIRY);
    }

    function test_RevertWhen_UnderlyingIsOutOfRange() public {
        uint256[2] memory wrong = [uint256(0), 4_096];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(UnderlyingNotRepresentable.selector, wrong[i]));
            this.newOption(wrong[i], EXPIRY, 1e18);
        }
    }

    function newOption(
        uint256 underlying,
        uint256 expiry,
        uint256 strike
    ) external pure returns (InstrumentId) {
        return optionId(underlying, expiry, strike, true);
    }

    function newFuture(uint256 underlying, uint256 expiry) external pure returns (InstrumentId) {
        return futureId(underlying, expiry);
    }
}
