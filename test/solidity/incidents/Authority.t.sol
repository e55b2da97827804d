// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";
import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev Who may do what: strangers, operators, venues and administrators.
contract AuthorityTest is IncidentBase {
    function setUp() public override {
        super.setUp();
        fund(aliceId, WETH_ID, 10e18);
        fund(crew(0), USDC_ID, 100_000e6);
    }

    /// @dev KiloEx (2025): a forwarder inherited from a library was left open; whoever called through it was taken for the
    /// sender that the call's last bytes named.
    ///
    /// Tried here: calls for alice's account with her address appended, as ERC-2771 has it; the same calls sent to the parts of
    /// the clearinghouse at their own addresses; and those that only modules may make.
    ///
    /// Stopped by: there is no forwarder, `msg.sender` is the caller everywhere. The parts act on storage of their own, which
    /// nobody reads.
    function test_KiloExForwardedSender() public {
        bytes[4] memory calls = [
            abi.encodeCall(house.withdraw, (aliceId, WETH_ID, 1e18, mallory)),
            abi.encodeCall(house.transfer, (aliceId, crew(0), WETH_ID, 1e18)),
            abi.encodeCall(house.setOperator, (aliceId, mallory, type(uint8).max, type(uint40).max)),
            abi.encodeCall(house.setProfile, (aliceId, 1))
        ];
        uint8[4] memory scopes = [2, 2, type(uint8).max, 1];
        address[3] memory targets = [address(house), house.extension(), house.liquidation()];
        for (uint256 i = 0; i < calls.length; ++i) {
            bytes memory forwarded = abi.encodePacked(calls[i], alice);
            for (uint256 j = 0; j < targets.length; ++j) {
                vm.prank(mallory);
                (bool ok, bytes memory reason) = targets[j].call(forwarded);
                assertFalse(ok);
                if (j != 0) continue;
                assertEq(
                    reason,
                    abi.encodeWithSelector(
                        IClearinghouseTypes.NotAuthorised.selector,
                        aliceId,
                        mallory,
                        scopes[i]
                    )
                );
            }
            // the same bytes are in order when it is alice who sends them
            if (i != 1) continue;
            vm.prank(alice);
            house.setOperator(crewOf(alice), mallory, 4, type(uint40).max);
        }
        _modulesOnly();
        assertFalse(house.isAuthorised(aliceId, mallory, 1));
        assertEq(house.collateralOf(aliceId, WETH_ID), 10e18);
    }

    function crewOf(address owner) private pure returns (AccountId) {
        return toAccountId(owner, 9);
    }

    /// @dev What only a venue or the liquidator may call, called by mallory.
    function _modulesOnly() private {
        ILiquidator.Call memory take = order(asset(WETH_ID, 1e18));
        take.liquidator = crew(0);
        bytes[5] memory calls = [
            abi.encodeCall(
                house.trade,
                (IClearinghouseTypes.Trade(aliceId, crew(0), ethPerp, 1e18, ETH_PRICE, 0, 0))
            ),
            abi.encodeCall(house.executeLiquidation, (take, mallory, 1e30, 0)),
            abi.encodeCall(house.executeDeleverage, (aliceId)),
            abi.encodeCall(house.coverBadDebt, (aliceId)),
            abi.encodeCall(house.setFlag, (aliceId, 1))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(mallory);
            (bool ok, bytes memory reason) = address(house).call(calls[i]);
            assertFalse(ok);
            assertEq(
                reason,
                abi.encodeWithSelector(
                    IClearinghouseTypes.NotModule.selector,
                    mallory,
                    i == 0 ? uint8(1) : uint8(2)
                )
            );
        }
    }

    /// @dev Borrowing on behalf (Cream 2021, Venus 2026): a loan taken for an account by somebody it had approved for less.
    ///
    /// Tried here: mallory may trade, deposit and liquidate for alice, and for an hour also withdraw. She borrows and withdraws
    /// without that scope, and after the hour.
    ///
    /// Stopped by: scopes are checked one by one and lapse; a loan is a withdrawal, for which there is one scope and one path.
    function test_BorrowOnBehalf() public {
        int256 before = wealth();
        vm.prank(alice);
        house.setOperator(aliceId, mallory, 1 | 4 | 8, type(uint40).max);
        assertTrue(house.isAuthorised(aliceId, mallory, 1), "set-up: mallory is an operator");
        assertEq(
            margin(aliceId).equity - int256(margin(aliceId).initialMargin),
            30_800e18,
            "set-up: alice could borrow 30,800"
        );
        bytes memory refusal = abi.encodeWithSelector(
            IClearinghouseTypes.NotAuthorised.selector,
            aliceId,
            mallory,
            uint8(2)
        );
        vm.startPrank(mallory);
        vm.expectRevert(refusal);
        house.withdraw(aliceId, USDC_ID, 1_000e6, mallory);
        vm.expectRevert(refusal);
        house.transfer(aliceId, crew(0), USDC_ID, 1_000e18);
        vm.expectRevert(
            abi.encodeWithSelector(IClearinghouseTypes.NotAuthorised.selector, aliceId, mallory, uint8(255))
        );
        house.setOperator(aliceId, mallory, 2, type(uint40).max);
        vm.stopPrank();

        vm.prank(alice);
        house.setOperator(aliceId, mallory, 2, uint40(block.timestamp + 1 hours));
        skip(1 hours + 1);
        vm.prank(mallory);
        vm.expectRevert(refusal);
        house.withdraw(aliceId, USDC_ID, 1_000e6, mallory);
        assertNoGain(before);
        assertEq(equityOf(aliceId), 40_000e18);
    }

    /// @dev Perpetual Protocol, Curie (2026): a function that sets the funding rate had no access control.
    ///
    /// Tried here: every setter of the clearinghouse, router, engine, matcher, liquidator and fund, by a stranger; then the one
    /// function that anyone may call to move funding, a hundred times.
    ///
    /// Stopped by: `restricted` on each; and `accrueFunding` writes down a closed form of time: at no time it moves nothing.
    function test_CurieFundingSetter() public {
        tradeAt(crew(0), bobId, ethPerp, 10e18, 4_020e18);
        (address[11] memory targets, bytes[11] memory calls) = _setters();
        bytes memory refusal = abi.encodeWithSelector(
            IAccessManaged.AccessManagedUnauthorized.selector,
            mallory
        );
        for (uint256 i = 0; i < calls.length; ++i) {
            vm.prank(mallory);
            (bool ok, bytes memory reason) = targets[i].call(calls[i]);
            assertFalse(ok);
            assertEq(reason, refusal);
        }
        skip(1 hours);
        int256 before = wealth();
        int256 bobs = equityOf(bobId);
        IClearinghouseTypes.PerpState memory state = house.perpState(ETH);
        assertGt(state.fundingIndex, 0, "set-up: there is funding to move");
        for (uint256 i = 0; i < 100; ++i) house.accrueFunding(ETH);
        assertEq(abi.encode(house.perpState(ETH)), abi.encode(state));
        assertEq(wealth(), before);
        assertEq(equityOf(bobId), bobs);
    }

    function _setters() private view returns (address[11] memory targets, bytes[11] memory calls) {
        IClearinghouseTypes.PerpConfig memory perp;
        IClearinghouseTypes.DatedConfig memory dated;
        calls[0] = abi.encodeCall(house.setPerp, (ETH, perp));
        calls[1] = abi.encodeCall(house.setDated, (ETH, dated));
        calls[2] = abi.encodeCall(house.setModule, (mallory, 3, 0, crew(0)));
        calls[3] = abi.encodeCall(house.setRiskEngine, (engine));
        calls[4] = abi.encodeCall(house.setInsuranceAccount, (crew(0)));
        calls[5] = abi.encodeCall(house.setAsset, (USDC_ID, address(usdc), 0, true, 1e30));
        calls[6] = abi.encodeCall(house.unpause, ());
        for (uint256 i = 0; i < 7; ++i) targets[i] = address(house);
        calls[7] = abi.encodeCall(
            router.setSources,
            (ETH, chainlink(address(ethFeed), 1e18, 1_000_000e18), none(), 0)
        );
        targets[7] = address(router);
        calls[8] = abi.encodeCall(matcher.setFees, (0, 0));
        targets[8] = address(matcher);
        calls[9] = abi.encodeCall(liquidator.setParameters, (0, 0));
        targets[9] = address(liquidator);
        calls[10] = abi.encodeCall(insurance.setRedemption, (1 days, 1 days));
        targets[10] = address(insurance);
    }

    /// @dev FutureSwap (2026): an amount of tokens was passed where basis points were meant.
    ///
    /// Tried here: a fee of 5 given as wad, as tokens and as percent, to the matcher's setter and by a venue to the
    /// clearinghouse; and an order that allows less than what is charged.
    ///
    /// Stopped by: rates are bounded at 1% where they are set, fees at 1% of notional where they are taken, and each order
    /// says what it pays at most. The smallest unit mistake is a factor of a hundred and fails on the first of them.
    function test_FutureSwapUnits() public {
        uint16[3] memory wrong = [uint16(500), uint16(5e4), type(uint16).max];
        for (uint256 i = 0; i < wrong.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IOrderMatcher.FeeOutOfBounds.selector, wrong[i], uint16(100))
            );
            matcher.setFees(2, wrong[i]);
        }
        int256 before = equityOf(bobId);
        uint256[3] memory fees = [uint256(40e18 + 1), 2_000e18, 20_000e18];
        for (uint256 i = 0; i < fees.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IClearinghouseTypes.FeeTooHigh.selector, fees[i], uint256(40e18))
            );
            house.trade(IClearinghouseTypes.Trade(crew(0), bobId, ethPerp, 1e18, ETH_PRICE, 0, fees[i]));
        }
        // control: 1% passes, and is what bob pays
        house.trade(IClearinghouseTypes.Trade(crew(0), bobId, ethPerp, 1e18, ETH_PRICE, 0, 40e18));
        assertApproxEqAbs(equityOf(bobId), before - 40e18, 2);

        matcher.setFees(2, 100);
        vm.expectPartialRevert(IOrderMatcher.FeeAboveMax.selector);
        this.washOne();
    }

    function washOne() external {
        wash(crew(0), crew(1), ethPerp, 1e18, ETH_PRICE);
    }

    // ------------------------------------------------------------------------------------------------ administrators

    uint64 private constant GUARDIAN = 1;
    address private governor;
    MockERC20 private junk;

    /// @dev As the deployment assigns roles: everything behind two days, but what the guardian may do at once.
    function _govern() private {
        governor = makeAddr("governor");
        bytes4[] memory atOnce = new bytes4[](3);
        (atOnce[0], atOnce[1], atOnce[2]) = (
            house.pause.selector,
            house.tightenPerp.selector,
            house.tightenDated.selector
        );
        manager.setTargetFunctionRole(address(house), atOnce, GUARDIAN);
        manager.grantRole(GUARDIAN, carol, 0);
        manager.grantRole(manager.ADMIN_ROLE(), governor, 2 days);
        listThin(1_000e18);
        // what the attacker says it is worth
        router.setSources(THIN, chainlink(address(thinFeed), 0.01e18, 10_000e18), none(), 0);
        thinFeed.setAnswer(1_000e8);
        junk = new MockERC20("Junk", "JUNK", 18);
    }

    function _listing(uint256 cap) private view returns (bytes memory) {
        return abi.encodeCall(house.setAsset, (3, address(junk), THIN, true, cap));
    }

    function _borrowAgainstJunk(uint256 amountRaw) external {
        vm.startPrank(mallory);
        house.withdraw(crew(0), USDC_ID, amountRaw, mallory);
        vm.stopPrank();
    }

    /// @dev Drift (2026): an administrator's keys listed a worthless token as collateral at a price of their choice, and borrowed
    /// all deposits against it.
    ///
    /// Tried here: with the governor's key, a token that mallory prints at 1,000 dollars each.
    ///
    /// Stopped by: two days in which everybody sees it coming, and the guardian's pause, after which nothing can be borrowed
    /// though the listing goes through. Should nobody look, the deposit cap is the loss: 100 tokens lend 70,000, of 20 million.
    function test_DriftWorthlessCollateral() public {
        _govern();
        bytes memory listing = _listing(100e18);
        vm.startPrank(governor);
        bytes32 id = manager.hashOperation(governor, address(house), listing);
        (bool ok, bytes memory reason) = address(house).call(listing);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(IAccessManager.AccessManagerNotScheduled.selector, id));
        manager.schedule(address(house), listing, 0);
        (ok, reason) = address(house).call(listing);
        assertEq(reason, abi.encodeWithSelector(IAccessManager.AccessManagerNotReady.selector, id));
        vm.stopPrank();

        skip(2 days);
        thinFeed.setAnswer(1_000e8);
        vm.prank(governor);
        (ok, ) = address(house).call(listing);
        assertTrue(ok);
        junk.mint(mallory, 1_000_000e18);
        vm.startPrank(mallory);
        junk.approve(address(house), type(uint256).max);
        vm.expectPartialRevert(IClearinghouseTypes.DepositCapExceeded.selector);
        house.deposit(crew(0), 3, 101e18);
        house.deposit(crew(0), 3, 100e18);
        vm.stopPrank();
        assertEq(margin(crew(0)).equity, 200_000e18, "set-up: the engine believes the price");
        uint256 snapshot = vm.snapshotState();
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        this._borrowAgainstJunk(170_001e6);
        this._borrowAgainstJunk(170_000e6);
        // 25% scan and 5% haircuts
        assertEq(usdc.balanceOf(mallory), 170_000e6, "without a pause: her 100,000 and 70,000 more");
        vm.revertToState(snapshot);

        vm.prank(carol);
        house.pause();
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        this._borrowAgainstJunk(100_001e6);
        this._borrowAgainstJunk(100_000e6);
        assertEq(usdc.balanceOf(mallory), 100_000e6, "her own");
        assertEq(equityOf(bobId), 10_000_000e18);
    }

    /// @dev The guardian itself is no way in, nor is a listing without a feed.
    function test_DriftGuardianAndPricelessListing() public {
        _govern();
        bytes memory listing = _listing(100e18);
        vm.prank(carol);
        (bool ok, bytes memory reason) = address(house).call(listing);
        assertFalse(ok);
        assertEq(reason, abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, carol));
        vm.expectRevert(abi.encodeWithSelector(IPriceRouter.UnknownUnderlying.selector, uint16(9)));
        house.setAsset(3, address(junk), 9, true, 100e18);
        MockAggregator dead = new MockAggregator("JUNK / USD", 8, 0);
        vm.expectPartialRevert(IPriceRouter.PriceUnavailable.selector);
        router.setSources(9, chainlink(address(dead), 1e18, 10_000e18), none(), 0);
    }
}
