// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";
import {IncidentBase} from "../helpers/IncidentBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, futureId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockPythOracle} from "../../../contracts/mocks/MockPythOracle.sol";
import {ReentrantToken} from "../../../contracts/mocks/WeirdTokens.sol";

/// @dev Uses each ether that comes in to call somewhere again, once.
contract RefundCaller {
    IPriceRouter private immutable _router;
    address private immutable _pyth;
    bytes private _updates;
    uint256 public reentries;
    address public target;
    bytes public payload;
    bool public done;

    constructor(IPriceRouter router, address pyth) {
        (_router, _pyth) = (router, pyth);
    }

    function attack(bytes[] calldata updates, address target_, bytes calldata payload_) external payable {
        (_updates, target, payload) = (abi.encode(updates), target_, payload_);
        _router.updatePyth{value: msg.value}(_pyth, updates);
    }

    receive() external payable {
        if (reentries++ != 0) return;
        (done, ) = target.call(payload);
        _router.updatePyth{value: msg.value}(_pyth, abi.decode(_updates, (bytes[])));
    }
}

/// @dev A wallet that answers by what it sees of the clearinghouse while its signature is checked.
contract LookingWallet is IERC1271 {
    IClearinghouse private immutable _house;
    AccountId private immutable _account;
    bytes32 private immutable _expected;

    constructor(IClearinghouse house, AccountId other) {
        (_house, _account) = (house, other);
        _expected = look();
    }

    function look() public view returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    _house.marginOf(_account),
                    _house.perpState(2),
                    _house.cashState(),
                    _house.solvency()
                )
            );
    }

    function isValidSignature(bytes32, bytes calldata) external view returns (bytes4) {
        return look() == _expected ? IERC1271.isValidSignature.selector : bytes4(0xffffffff);
    }
}

/// @dev Calls of somebody else's code in the midst of ours.
contract ReentrancyTest is IncidentBase {
    uint8 private constant HOOK_ID = 3;
    bytes32 private constant PYTH_ID = keccak256("ETH/USD");
    ReentrantToken private hook;
    MockPythOracle private pyth;

    function setUp() public override {
        super.setUp();
        hook = new ReentrantToken(18);
        house.setAsset(HOOK_ID, address(hook), ETH, true, 1e30);
        pyth = MockPythOracle(payable(deployCode("MockPythOracle.sol:MockPythOracle", abi.encode(60, 1))));
        fund(crew(0), USDC_ID, 100_000e6);
        hook.mint(mallory, 100e18);
        vm.startPrank(mallory);
        hook.approve(address(house), type(uint256).max);
        house.deposit(crew(0), HOOK_ID, 50e18);
        vm.stopPrank();
    }

    function _update(int64 price, uint64 time) private view returns (bytes[] memory updates) {
        updates = new bytes[](1);
        updates[0] = pyth.createPriceFeedUpdateData(PYTH_ID, price, 1e8, -8, price, 1e8, time, time - 1);
    }

    // ------------------------------------------------------------------------------------------------ ether

    /// @dev GMX v1 (2025): the refund of an execution fee called the trader, who re-entered while the books were half written.
    /// Rari Fuse (2022): ether was sent before the borrow was recorded.
    ///
    /// Tried here: the refund of a Pyth fee, the only ether that ever leaves, is used to call the router again for another
    /// refund, and the clearinghouse for a withdrawal, with ether lying in the router.
    ///
    /// Stopped by: the router keeps no books and refunds what came with the same call less the fee; what lies in it has no
    /// way out. The re-entered withdrawal is an ordinary one, for which the caller has no right.
    function test_GmxRefundOfAFee() public {
        RefundCaller caller = new RefundCaller(router, address(pyth));
        vm.deal(address(router), 7 ether);
        vm.deal(address(this), 1 ether);
        int256 before = wealth();
        caller.attack{value: 1 ether}(
            _update(4_000e8, uint64(block.timestamp)),
            address(house),
            abi.encodeCall(house.withdraw, (bobId, USDC_ID, 1e6, mallory))
        );
        assertEq(caller.reentries(), 2, "set-up: it was called, and called again");
        assertFalse(caller.done());
        // two updates, a wei each
        assertEq(address(caller).balance, 1 ether - 2);
        assertEq(address(router).balance, 7 ether);
        assertEq(wealth(), before);
    }

    // ------------------------------------------------------------------------------------------------ tokens

    /// @dev Rari Fuse (2022) and every ERC-777 market before it: tokens left before the books were written.
    ///
    /// Tried here: a token's transfer hook re-enters withdraw, deposit, transfer, liquidation, deleveraging and accrual while
    /// the token comes in and while it goes out.
    ///
    /// Stopped by: the transient guard on every action; and the push is the last step, so that there would be nothing to gain.
    function test_RariReentryThroughATokenHook() public {
        bytes[7] memory calls = [
            abi.encodeCall(house.withdraw, (crew(0), HOOK_ID, 50e18, mallory)),
            abi.encodeCall(house.deposit, (crew(0), HOOK_ID, 1e18)),
            abi.encodeCall(house.transfer, (crew(0), crew(1), HOOK_ID, 50e18)),
            abi.encodeCall(house.setProfile, (crew(0), 1)),
            abi.encodeCall(house.accrueFunding, (ETH)),
            abi.encodeCall(liquidator.deleverage, (crew(0))),
            abi.encodeCall(liquidator.coverBadDebt, (crew(0)))
        ];
        // the token itself may act for mallory, so that only the guard is in its way
        vm.prank(mallory);
        house.setOperator(crew(0), address(hook), type(uint8).max, type(uint40).max);
        int256 before = wealth() + _hooks();
        for (uint256 i = 0; i < calls.length; ++i) {
            hook.arm(i < 5 ? address(house) : address(liquidator), calls[i]);
            vm.prank(mallory);
            house.withdraw(crew(0), HOOK_ID, 1e18, mallory);
            _assertRefused();
            vm.prank(mallory);
            house.deposit(crew(0), HOOK_ID, 1e18);
            _assertRefused();
        }
        hook.arm(address(0), "");
        assertEq(wealth() + _hooks(), before);
        assertEq(house.assetInfo(HOOK_ID).recorded, 50e18);
        // control: between actions the same call works
        vm.prank(address(hook));
        house.setProfile(crew(0), 1);
    }

    function _hooks() private view returns (int256) {
        return int256(hook.balanceOf(mallory)) * 4_000;
    }

    function _assertRefused() private view {
        assertFalse(hook.lastCallSucceeded());
        assertEq(
            hook.lastReturn(),
            abi.encodeWithSelector(ReentrancyGuardTransient.ReentrancyGuardReentrantCall.selector)
        );
    }

    /// @dev Read-only re-entry (many lenders, 2022 and 2023): a view called from a hook reported balances that were half
    /// written, and another protocol believed it.
    ///
    /// Tried here: every view that an integrator values an account or a share by, from a token's hook, on the way in and out.
    ///
    /// Stopped by: views of the ledger refuse in the midst of an action; what the insurance fund, liquidator and lens report
    /// comes from them and refuses with them.
    function test_ReadOnlyReentryThroughATokenHook() public {
        address[9] memory targets;
        bytes[9] memory calls;
        for (uint256 i = 0; i < 6; ++i) targets[i] = address(house);
        calls[0] = abi.encodeCall(house.marginOf, (crew(0)));
        calls[1] = abi.encodeCall(house.portfolioOf, (crew(0)));
        calls[2] = abi.encodeCall(house.collateralOf, (crew(0), HOOK_ID));
        calls[3] = abi.encodeCall(house.assetInfo, (HOOK_ID));
        calls[4] = abi.encodeCall(house.cashOf, (crew(0)));
        calls[5] = abi.encodeCall(house.solvency, ());
        (targets[6], calls[6]) = (address(insurance), abi.encodeCall(insurance.totalAssets, ()));
        (targets[7], calls[7]) = (address(insurance), abi.encodeCall(insurance.convertToAssets, (1e12)));
        (targets[8], calls[8]) = (address(liquidator), abi.encodeCall(liquidator.isLiquidatable, (crew(0))));
        for (uint256 i = 0; i < calls.length; ++i) {
            (bool ok, ) = targets[i].staticcall(calls[i]);
            assertTrue(ok, "set-up: between actions it answers");
            hook.arm(targets[i], calls[i]);
            vm.startPrank(mallory);
            house.withdraw(crew(0), HOOK_ID, 1e18, mallory);
            _assertRefused();
            house.deposit(crew(0), HOOK_ID, 1e18);
            _assertRefused();
            vm.stopPrank();
        }
    }

    /// @dev The same through a contract wallet (ERC-1271), which is asked about a signature in the midst of a match.
    ///
    /// Tried here: a wallet that signs only if margins, premium, cash and solvency are, to the bit, what they were before.
    ///
    /// Stopped by: both signatures are checked before anything is written, by static calls. So what it sees is true.
    function test_ReadOnlyReentryThroughAWallet() public {
        LookingWallet looking = new LookingWallet(house, crew(0));
        AccountId account = toAccountId(address(looking), 0);
        usdc.mint(address(looking), 100_000e6);
        vm.startPrank(address(looking));
        usdc.approve(address(house), type(uint256).max);
        house.deposit(account, USDC_ID, 100_000e6);
        vm.stopPrank();
        looking = new LookingWallet(house, crew(0));
        vm.etch(account.owner(), address(looking).code);
        LookingWallet wallet_ = LookingWallet(account.owner());
        bytes32 seen = wallet_.look();

        IOrderMatcher.Order memory buys = orderOf(account, ethPerp, 10e18, 4_000e18);
        IOrderMatcher.SignedOrder memory sells = signed(
            malloryKey,
            orderOf(crew(0), ethPerp, -10e18, 4_000e18)
        );
        // as taker: the maker's signature, and all of its order, have been read by then
        buys.limitPrice = 4_020e18;
        matcher.matchOrders(sells, IOrderMatcher.SignedOrder(buys, account.owner(), ""), 10e18);
        (int256 size, ) = house.positionOf(account, ethPerp);
        assertEq(size, 10e18, "it saw what it expected");
        assertNotEq(wallet_.look(), seen, "set-up: and afterwards it sees something else");
        // so that now it signs nothing
        buys.nonce = 77;
        vm.expectPartialRevert(IOrderMatcher.InvalidSignature.selector);
        matcher.matchOrders(sells, IOrderMatcher.SignedOrder(buys, account.owner(), ""), 10e18);
    }

    /// @dev SIR.trading (2025): one transient slot was a lock in one place and an authorisation in another.
    ///
    /// Tried here: `settleWithin`, which is allowed while the guard is taken and at no other time, from outside, and from a
    /// token's hook for somebody else's account in the midst of a deposit.
    ///
    /// Stopped by: outside it is refused. Within, it does what anyone may do at any time by `settleExpired`: the slot's second
    /// meaning gives no right that a stranger lacks, and the deposit under way reads the account after it.
    function test_SirTransientSlot() public {
        InstrumentId future = _futureThatExpired();
        vm.expectRevert(IClearinghouseTypes.NotWithinAction.selector);
        house.settleWithin(bobId);
        int256 before = wealth() + _hooks();
        int256 bobs = equityOf(bobId);
        int256 crews = house.cashOf(crew(0));
        (int256 size, ) = house.positionOf(bobId, future);
        assertEq(size, -10e18, "set-up: unsettled");
        hook.arm(address(house), abi.encodeCall(house.settleWithin, (crew(0))));
        vm.prank(mallory);
        house.deposit(crew(0), HOOK_ID, 1e18);
        assertTrue(hook.lastCallSucceeded(), "set-up: the hook got in");
        assertEq(house.cashOf(crew(0)), crews + 5_000e18, "settled once");
        assertEq(house.collateralOf(crew(0), HOOK_ID), 51e18, "deposited once");
        hook.arm(address(house), abi.encodeCall(house.settleWithin, (bobId)));
        vm.prank(mallory);
        house.withdraw(crew(0), HOOK_ID, 1e18, mallory);
        hook.arm(address(0), "");
        assertEq(wealth() + _hooks(), before);
        assertEq(equityOf(bobId), bobs);
        // and the slot is free again in the same transaction, also after a revert in it
        vm.expectPartialRevert(IClearinghouseTypes.InsufficientBalance.selector);
        vm.prank(mallory);
        house.transfer(crew(0), crew(1), HOOK_ID, 1_000e18);
        vm.prank(mallory);
        house.withdraw(crew(0), HOOK_ID, 1e18, mallory);
        assertSolvent();
    }

    /// @dev Long 10 of a future at 4,000, which settles at 4,500.
    function _futureThatExpired() private returns (InstrumentId future) {
        house.setDated(ETH, IClearinghouseTypes.DatedConfig(true, 1_000e18, 500));
        uint256 expiry = ((block.timestamp / 1 hours) + 24) * 1 hours;
        postFlat(ETH, expiry, 0.6e18, 0);
        future = futureId(ETH, expiry);
        trade(crew(0), bobId, future, 10e18);
        vm.warp(expiry + 1);
        setPrice(BTC, BTC_PRICE);
        setPrice(ETH, ETH_PRICE);
        surfaces.settle((uint256(ETH) << 20) | (expiry / 1 hours), 4_500e18);
    }

    // ------------------------------------------------------------------------------------------------ oracle

    /// @dev Oracle data that the trader brings along (audits of Derive): a callback or a second update between the price that is
    /// used and the check that follows.
    ///
    /// Tried here: ETH is at 4,000 with both oracles. Mallory holds a signed Pyth update of 4,400, still fresh, that Chainlink
    /// has not seen, and one of 3,600 that is newer. She posts the first, borrows against 50 ETH, and posts the second; also
    /// the other way round.
    ///
    /// Stopped by: two sources 10% apart guard the price: a withdrawal is judged at the one adverse to the account, new risk is
    /// refused; and Pyth does not go back in time.
    function test_DeriveOracleDataBeforeTheCheck() public {
        IPriceRouter.SourceConfig memory primary = IPriceRouter.SourceConfig(
            IPriceRouter.SourceKind.Pyth,
            address(pyth),
            PYTH_ID,
            60,
            1e18,
            1_000_000e18,
            100
        );
        uint64 now_ = uint64(block.timestamp);
        _post(4_000e8, now_ - 30);
        router.setSources(ETH, primary, chainlink(address(ethFeed), 1e18, 1_000_000e18), 200);
        int256 before = wealth();
        // 100,000 and 77% of 50 ETH at 4,000 or at 4,400
        uint256 honest = 254_000e6;
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, honest + 1, mallory);

        _post(4_400e8, now_ - 20);
        assertStatus(ETH, IPriceRouter.Status.Guarded);
        assertEq(router.priceOf(ETH).price, 4_400e18, "set-up: her price is the primary's");
        // at 4,400: 15,400 more
        vm.prank(mallory);
        vm.expectPartialRevert(IClearinghouseTypes.WithdrawalTooLarge.selector);
        house.withdraw(crew(0), USDC_ID, honest + 1, mallory);
        uint256 mark = markOf(ethPerp);
        vm.expectPartialRevert(IClearinghouseTypes.ReduceOnly.selector);
        tradeAt(crew(0), bobId, ethPerp, 1e18, mark);
        vm.prank(mallory);
        house.withdraw(crew(0), USDC_ID, honest, mallory);
        _post(4_000e8, now_ - 10);
        _post(4_400e8, now_ - 20);
        assertEq(router.priceOf(ETH).price, 4_000e18, "older data changes nothing");
        assertNoGain(before + 200_000e18);
        assertGe(equityOf(crew(0)), int256(margin(crew(0)).initialMargin));
    }

    function _post(int64 price, uint64 time) private {
        vm.deal(mallory, 1 ether);
        bytes[] memory updates = _update(price, time);
        vm.prank(mallory);
        router.updatePyth{value: 1}(address(pyth), updates);
    }
}
