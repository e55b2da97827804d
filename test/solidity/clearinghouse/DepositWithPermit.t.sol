// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {Stack} from "../helpers/Stack.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";
import {MockPermitToken} from "../../../contracts/mocks/MockPermitToken.sol";

/// @dev Says yes to every call that it does not know, as WETH9 does.
contract PhantomPermitToken is MockERC20 {
    constructor() MockERC20("Phantom", "PHA", 18) {}

    fallback() external {}
}

/// @dev Deposits in the midst of its permit, for an account of its own.
contract ReentrantPermitToken is MockERC20 {
    IClearinghouse private immutable _house;
    bytes public lastReturn;

    constructor(IClearinghouse house) MockERC20("Reentrant", "REE", 18) {
        _house = house;
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) external {
        AccountId mine = toAccountId(address(this), 0);
        (, lastReturn) = address(_house).call(abi.encodeCall(_house.deposit, (mine, 3, 1)));
    }
}

/// @dev Deposits by EIP-2612 permits (SPEC-T4).
contract DepositWithPermitTest is Stack {
    uint8 private constant TOKEN_ID = 3;
    uint256 private constant AMOUNT = 5e18;
    bytes32 private constant PERMIT_TYPEHASH = keccak256(
        "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
    );

    struct Signature {
        uint8 v;
        bytes32 r;
        bytes32 s;
    }

    MockPermitToken private token;
    uint256 private aliceKey;
    uint256 private bobKey;
    uint256 private deadline;

    function setUp() public override {
        super.setUp();
        (, aliceKey) = makeAddrAndKey("alice");
        (, bobKey) = makeAddrAndKey("bob");
        token = new MockPermitToken("Permitted", "PMT", 18);
        house.setAsset(TOKEN_ID, address(token), ETH, true, 1e30);
        token.mint(alice, AMOUNT);
        deadline = block.timestamp + 1 hours;
    }

    function _sign(uint256 key, address owner, uint256 value) private view returns (Signature memory) {
        bytes32 hash = keccak256(
            abi.encode(PERMIT_TYPEHASH, owner, address(house), value, token.nonces(owner), deadline)
        );
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(
            key,
            keccak256(abi.encodePacked("\x19\x01", token.DOMAIN_SEPARATOR(), hash))
        );
        return Signature(v, r, s);
    }

    function _deposit(AccountId account, uint256 amount, Signature memory sig) private {
        vm.prank(alice);
        house.depositWithPermit(account, TOKEN_ID, amount, deadline, sig.v, sig.r, sig.s);
    }

    function _expectNoAllowance() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(house),
                uint256(0),
                AMOUNT
            )
        );
    }

    function test_DepositsWithoutAnApproval() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.CollateralUpdated(aliceId, TOKEN_ID, AMOUNT);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.Deposited(aliceId, TOKEN_ID, alice, AMOUNT);
        _deposit(aliceId, AMOUNT, sig);
        assertEq(house.collateralOf(aliceId, TOKEN_ID), AMOUNT);
        assertEq(house.assetInfo(TOKEN_ID).recorded, AMOUNT);
        assertEq(token.balanceOf(address(house)), AMOUNT);
        assertEq(token.allowance(alice, address(house)), 0);
    }

    /// @dev Cash goes another way through the ledger than collateral, and the rate model is the core's. The permit is nobody's: the
    /// approval decides.
    function test_PaysADebt() public {
        uint256 debt = 100e6;
        fund(bobId, USDC_ID, 1_000e6);
        fund(aliceId, WETH_ID, 1e18);
        vm.prank(alice);
        house.withdraw(aliceId, USDC_ID, debt, alice);
        assertEq(house.cashOf(aliceId), -100e18);
        vm.prank(alice);
        house.depositWithPermit(aliceId, USDC_ID, debt, deadline, 27, bytes32("r"), bytes32("s"));
        assertEq(house.cashOf(aliceId), 0);
    }

    /// @dev Whoever sees the permit on its way may show it to the token first.
    function test_DepositsWhereThePermitWasFrontRun() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.prank(bob);
        token.permit(alice, address(house), AMOUNT, deadline, sig.v, sig.r, sig.s);
        _deposit(aliceId, AMOUNT, sig);
        assertEq(house.collateralOf(aliceId, TOKEN_ID), AMOUNT);
    }

    function test_RevertWhen_UsedUp() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        _deposit(aliceId, AMOUNT, sig);
        token.mint(alice, AMOUNT);
        _expectNoAllowance();
        _deposit(aliceId, AMOUNT, sig);
    }

    function test_RevertWhen_SignedBySomebodyElse() public {
        Signature memory sig = _sign(bobKey, alice, AMOUNT);
        _expectNoAllowance();
        _deposit(aliceId, AMOUNT, sig);
    }

    /// @dev Another's permit opens nothing: the owner is always the caller.
    function test_RevertWhen_ThePermitIsAnothers() public {
        token.mint(bob, AMOUNT);
        Signature memory sig = _sign(bobKey, bob, AMOUNT);
        _expectNoAllowance();
        _deposit(aliceId, AMOUNT, sig);
        assertEq(token.balanceOf(bob), AMOUNT);
        assertEq(token.nonces(bob), 0);
    }

    function test_RevertWhen_Expired() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.warp(deadline + 1);
        _expectNoAllowance();
        _deposit(aliceId, AMOUNT, sig);
    }

    function test_RevertWhen_ForAnotherAmount() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT - 1);
        _expectNoAllowance();
        _deposit(aliceId, AMOUNT, sig);
    }

    function test_RevertWhen_NotAllowedToDeposit() public {
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, bobId, alice, uint8(4))
        );
        _deposit(bobId, AMOUNT, sig);
    }

    function test_RevertWhen_UnknownAsset() public {
        vm.expectRevert(abi.encodeWithSelector(IClearinghouseTypes.UnknownAsset.selector, uint8(9)));
        vm.prank(alice);
        house.depositWithPermit(aliceId, 9, AMOUNT, deadline, 27, 0, 0);
    }

    function test_RevertWhen_AboveCap() public {
        house.setAsset(TOKEN_ID, address(token), ETH, true, AMOUNT - 1);
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IClearinghouseTypes.DepositCapExceeded.selector,
                TOKEN_ID,
                AMOUNT - 1,
                AMOUNT
            )
        );
        _deposit(aliceId, AMOUNT, sig);
    }

    /// @dev Alice has approved the token that knows no permit: the allowance decides.
    function test_TokenWithoutPermitNeedsAnApproval() public {
        weth.mint(alice, 1e18);
        vm.prank(alice);
        house.depositWithPermit(aliceId, WETH_ID, 1e18, deadline, 27, 0, 0);
        assertEq(house.collateralOf(aliceId, WETH_ID), 1e18);
        vm.prank(alice);
        weth.approve(address(house), 0);
        weth.mint(alice, 1e18);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(house),
                uint256(0),
                uint256(1e18)
            )
        );
        vm.prank(alice);
        house.depositWithPermit(aliceId, WETH_ID, 1e18, deadline, 27, 0, 0);
    }

    /// @dev Multichain (2022): a token that says yes to a permit it does not know let anybody take what others had approved.
    function test_PhantomPermitTakesNothingFromOthers() public {
        PhantomPermitToken phantom = new PhantomPermitToken();
        house.setAsset(TOKEN_ID + 1, address(phantom), ETH, true, 1e30);
        phantom.mint(bob, AMOUNT);
        vm.prank(bob);
        phantom.approve(address(house), AMOUNT);
        vm.expectRevert(
            abi.encodeWithSelector(
                IERC20Errors.ERC20InsufficientAllowance.selector,
                address(house),
                uint256(0),
                AMOUNT
            )
        );
        vm.prank(alice);
        house.depositWithPermit(aliceId, TOKEN_ID + 1, AMOUNT, deadline, 27, 0, 0);
        assertEq(phantom.balanceOf(bob), AMOUNT);
    }

    function test_TokenCannotReenterFromItsPermit() public {
        ReentrantPermitToken hostile = new ReentrantPermitToken(house);
        house.setAsset(TOKEN_ID + 1, address(hostile), ETH, true, 1e30);
        hostile.mint(alice, AMOUNT);
        vm.prank(alice);
        hostile.approve(address(house), AMOUNT);
        vm.prank(alice);
        house.depositWithPermit(aliceId, TOKEN_ID + 1, AMOUNT, deadline, 27, 0, 0);
        assertEq(
            bytes4(hostile.lastReturn()),
            ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector
        );
        assertEq(house.collateralOf(aliceId, TOKEN_ID + 1), AMOUNT);
    }

    /// @dev A deposit by permit also ends a liquidation flag.
    function test_ClearsTheFlagOfAHealthyAccount() public {
        fund(aliceId, USDC_ID, 1_000e6);
        house.setModule(address(this), 3, 0, aliceId);
        house.setFlag(aliceId, uint40(block.timestamp));
        Signature memory sig = _sign(aliceKey, alice, AMOUNT);
        vm.expectEmit(address(house));
        emit IClearinghouseTypes.FlagUpdated(aliceId, 0);
        _deposit(aliceId, AMOUNT, sig);
    }
}
