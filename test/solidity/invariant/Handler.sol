// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Test} from "../helpers/Test.sol";
import {InvariantsSpec} from "./InvariantsSpec.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouse} from "../../../contracts/interfaces/IClearinghouse.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IInsuranceFund} from "../../../contracts/interfaces/IInsuranceFund.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IMarginLens} from "../../../contracts/interfaces/IMarginLens.sol";
import {IRiskEngine} from "../../../contracts/interfaces/IRiskEngine.sol";
import {IRiskTypes} from "../../../contracts/interfaces/IRiskTypes.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {MockERC20} from "../../../contracts/mocks/MockERC20.sol";

/// @dev Everybody who acts: four traders with two accounts each, a liquidator, a funder and a donor, and for the dynamic
/// suite price and time. It is the venue of the trades and owns the feeds. An action bounds its input so that it mostly
/// succeeds; where it may be refused, only the refusals named are accepted.
/// Abstract, because the runner finds the targets of a suite only where their contract stands in the suite's own file.
abstract contract Handler is Test, InvariantsSpec {
    struct Parts {
        IClearinghouse house;
        ILiquidator liquidator;
        IInsuranceFund insurance;
        IMarginLens lens;
        IRiskEngine engine;
        MockAggregator[2] feeds;
    }

    uint256 private constant TRADERS = 4;
    uint16 private constant BTC = 1;
    uint16 private constant ETH = 2;
    /// @dev What a call may lose to rounding, wei: a liquidation writes cash five times, at two wei each, and moves two legs.
    uint256 private constant DUST_PER_CALL = 12;

    IClearinghouse private house;
    ILiquidator private liquidator;
    IInsuranceFund private insurance;
    IMarginLens private lens;
    IRiskEngine private engine;
    MockAggregator[2] private feeds;

    /// @dev Every account there is: traders' first and second, the liquidator's, the insurance fund's, the venue's.
    AccountId[] public accounts;
    AccountId public keeperId;

    // -- ghost state
    uint256 public ghostDust;
    int256 public ghostReserve;
    mapping(bytes32 action => uint256) public done;
    mapping(bytes32 action => uint256) public refused;

    constructor(Parts memory parts) {
        (house, liquidator, insurance) = (parts.house, parts.liquidator, parts.insurance);
        (lens, engine) = (parts.lens, parts.engine);
        feeds = parts.feeds;
        for (uint256 i = 0; i < TRADERS; ++i) {
            accounts.push(toAccountId(_trader(i), 0));
            accounts.push(toAccountId(_trader(i), 1));
        }
        keeperId = toAccountId(address(0x4EE9E4), 0);
        accounts.push(keeperId);
        accounts.push(parts.insurance.account());
        accounts.push(toAccountId(address(this), 0));
    }

    /// @dev Starting money, once this is a venue: 50,000 for each trader, 10 WETH for half of them, a rich liquidator; and two trades.
    function start() external {
        for (uint256 i = 0; i < TRADERS; ++i) {
            _deposit(accounts[2 * i], 0, 50_000e6);
            if (i % 2 == 0) _deposit(accounts[2 * i], 1, 10e18);
        }
        _deposit(keeperId, 0, 5_000_000e6);
        // positions that a move of a tenth brings to the edge, so that the runs are not mostly about healthy accounts
        house.trade(IClearinghouseTypes.Trade(accounts[0], accounts[2], perpId(ETH), 50e18, 4_000e18, 0, 0));
        house.trade(
            IClearinghouseTypes.Trade(accounts[4], accounts[6], perpId(BTC), 2.25e18, 100_000e18, 0, 0)
        );
    }

    function accountCount() external view returns (uint256) {
        return accounts.length;
    }

    // ------------------------------------------------------------------------------------------------ traders

    function deposit(uint256 account, uint256 assetId, uint256 amount) external {
        assetId = bound(assetId, 0, 2);
        uint256[3] memory most = [uint256(20_000e6), 5e18, 0.2e8];
        _deposit(_anyOf(account), uint8(assetId), bound(amount, 1, most[assetId]));
        _count("deposit", true);
    }

    function withdrawCash(uint256 account, uint256 amount) external {
        AccountId id = _funded(account);
        uint256 most = lens.withdrawableCash(id) / 1e12;
        // a little more than what is free is tried, too
        _withdraw(id, 0, bound(amount, 1, most + most / 10 + 1));
    }

    function withdrawCollateral(uint256 account, uint256 assetId, uint256 amount) external {
        assetId = bound(assetId, 1, 2);
        AccountId id = _funded(account);
        uint256 held = house.collateralOf(id, uint8(assetId)) / (assetId == 2 ? 1e10 : 1);
        _withdraw(id, uint8(assetId), bound(amount, 1, held + held / 10 + 1));
    }

    function _withdraw(AccountId id, uint8 assetId, uint256 amount) private {
        vm.prank(id.owner());
        try house.withdraw(id, assetId, amount, id.owner()) {
            _count("withdraw", true);
            _requireInitialMargin(id);
        } catch (bytes memory reason) {
            _refuse("withdraw", reason);
        }
    }

    function transfer(uint256 from, uint256 assetId, uint256 amount) external {
        assetId = bound(assetId, 0, 2);
        uint256 i = bound(from, 0, 2 * TRADERS - 1);
        AccountId source = accounts[i];
        uint256 most =
            assetId == 0 ? lens.withdrawableCash(source) : house.collateralOf(source, uint8(assetId));
        vm.prank(source.owner());
        try house.transfer(source, accounts[i ^ 1], uint8(assetId), bound(amount, 1, most + 1)) {
            _count("transfer", true);
            _requireInitialMargin(source);
        } catch (bytes memory reason) {
            _refuse("transfer", reason);
        }
    }

    /// @dev Up to 60,000 of notional, up to 2% off the mark, up to 1% of fees.
    function trade(
        uint256 buyer,
        uint256 seller,
        bool isBtc,
        uint256 size,
        int256 offBps,
        uint256 fee
    ) external {
        AccountId a = _funded(buyer);
        AccountId b = _funded(seller);
        if (a == b) return;
        uint16 underlying = isBtc ? BTC : ETH;
        uint256 mark = engine.perpMark(engine.indexOf(underlying).price, house.perpState(underlying).premium);
        size = bound(size, 1, 60_000e36 / mark);
        uint256 price = uint256((int256(mark) * (10_000 + bound(offBps, -200, 200))) / 10_000);
        fee = bound(fee, 0, (size * price) / 1e20);
        _trade(IClearinghouseTypes.Trade(a, b, perpId(underlying), size, price, fee, fee / 2));
    }

    /// @dev Takes some or all of a position off, which is what leads accounts back from the edge.
    function reduce(uint256 account, uint256 other, bool isBtc, uint256 size) external {
        AccountId a = _funded(account);
        AccountId b = _funded(other);
        uint16 underlying = isBtc ? BTC : ETH;
        (int256 held, ) = house.positionOf(a, perpId(underlying));
        if (a == b || held == 0) return;
        uint256 mark = engine.perpMark(engine.indexOf(underlying).price, house.perpState(underlying).premium);
        size = bound(size, 1, uint256(held > 0 ? held : -held));
        if (held > 0) (a, b) = (b, a);
        _trade(IClearinghouseTypes.Trade(a, b, perpId(underlying), size, mark, 0, 0));
    }

    function _trade(IClearinghouseTypes.Trade memory params) private {
        IRiskTypes.Margin memory buyer = house.marginOf(params.buyer);
        IRiskTypes.Margin memory seller = house.marginOf(params.seller);
        try house.trade(params) {
            _count("trade", true);
            _requireAllowed(params.buyer, buyer);
            _requireAllowed(params.seller, seller);
        } catch (bytes memory reason) {
            _refuse("trade", reason);
        }
    }

    function setProfile(uint256 account, uint256 profileId) external {
        AccountId id = _anyOf(account);
        vm.prank(id.owner());
        try house.setProfile(id, uint8(bound(profileId, 0, 1))) {
            _count("setProfile", true);
            IRiskTypes.Margin memory m = house.marginOf(id);
            (, uint8 count, , uint64 mask) = house.accountInfo(id);
            if (count != 0 || mask != 0 || house.cashOf(id) < 0) {
                assertGe(m.equity, int256(m.initialMargin), I6_PROFILE);
            }
        } catch (bytes memory reason) {
            _refuse("setProfile", reason);
        }
    }

    // ------------------------------------------------------------------------------------------------ liquidator

    /// @dev The first liquidatable account from a random one on; where there is none, any account, which must be refused.
    function liquidate(uint256 account, uint256 mode, uint256[4] memory part) external {
        AccountId id = _target(account);
        ILiquidator.Selection memory selection;
        (bool liquidatable, ) = liquidator.isLiquidatable(id);
        if (liquidatable && mode % 3 != 0) (selection, ) = liquidator.proRata(id);
        else selection = _basket(id, part);
        if (selection.instruments.length + selection.assetIds.length == 0) return;
        _liquidate(id, selection, liquidatable);
    }

    function _liquidate(AccountId id, ILiquidator.Selection memory selection, bool liquidatable) private {
        IRiskTypes.Margin memory before = house.marginOf(id);
        ILiquidator.Call memory params = ILiquidator.Call(
            id,
            keeperId,
            selection,
            0,
            type(int256).min,
            uint40(block.timestamp)
        );
        vm.prank(keeperId.owner());
        try liquidator.liquidate(params) {
            _count("liquidate", true);
            assertTrue(liquidatable, I5_ONLY);
            assertLt(before.equity, int256(before.maintenanceMargin), I5_ONLY);
            _requireHealthKept(before, house.marginOf(id));
            IRiskTypes.Margin memory taker = house.marginOf(keeperId);
            assertGe(taker.equity, int256(taker.initialMargin), I5_TAKER);
        } catch (bytes memory reason) {
            if (bytes4(reason) == ILiquidator.NotLiquidatable.selector) assertFalse(liquidatable, I5_ONLY);
            _refuse("liquidate", reason);
        }
    }

    function flag(uint256 account) external {
        try liquidator.flag(_target(account)) {
            _count("flag", true);
        } catch (bytes memory reason) {
            _refuse("flag", reason);
        }
    }

    function clearFlag(uint256 account) external {
        try liquidator.clearFlag(_anyOf(account)) {
            _count("clearFlag", true);
        } catch (bytes memory reason) {
            _refuse("clearFlag", reason);
        }
    }

    // ------------------------------------------------------------------------------------------------ others

    function fundInsurance(uint256 amount) external {
        amount = bound(amount, 1, 2_000e6);
        MockERC20 cash = _token(0);
        cash.mint(address(this), amount);
        cash.approve(address(insurance), amount);
        insurance.fund(amount);
        _count("fundInsurance", true);
    }

    function sweepFees() external {
        house.sweepFees(address(this));
        _count("sweepFees", true);
    }

    /// @dev Tokens sent without a deposit belong to nobody.
    function donate(uint256 assetId, uint256 amount) external {
        _token(uint8(bound(assetId, 0, 2))).mint(address(house), bound(amount, 1, 1e12));
        _count("donate", true);
    }

    function poke(bool interest, bool isBtc) external {
        if (interest) house.accrueInterest();
        else house.accrueFunding(isBtc ? BTC : ETH);
        _count("poke", true);
    }

    // ------------------------------------------------------------------------------------------------ price and time

    /// @dev Up to 15% either way, within a quarter and four times of where it began.
    function movePrice(bool isBtc, int256 bps) external {
        uint256 i = isBtc ? 0 : 1;
        (, int256 answer, , , ) = feeds[i].latestRoundData();
        int256 start_ = isBtc ? int256(100_000e8) : int256(4_000e8);
        answer = (answer * (10_000 + bound(bps, -1_500, 1_500))) / 10_000;
        feeds[i].setAnswer(bound(answer, start_ / 4, start_ * 4));
        _count("movePrice", true);
    }

    function moveTime(uint256 secs) external {
        IClearinghouseTypes.CashState memory before = house.cashState();
        secs = bound(secs, 1, 12 hours);
        vm.warp(block.timestamp + secs);
        for (uint256 i = 0; i < 2; ++i) {
            (, int256 answer, , , ) = feeds[i].latestRoundData();
            feeds[i].setAnswer(answer);
        }
        IClearinghouseTypes.CashState memory next = house.cashState();
        int256 kept = int256(next.borrowed - before.borrowed) - int256(next.supplied - before.supplied);
        // each of the four sums is rounded by up to a wei
        assertGe(kept, -4, I7_RESERVE);
        ghostReserve += kept;
        _count("moveTime", true);
    }

    // ------------------------------------------------------------------------------------------------ checks

    /// @dev After taking something out: E less the gains not yet realised covers IM, unless nothing is at risk.
    function _requireInitialMargin(AccountId id) private view {
        (, uint8 count, , ) = house.accountInfo(id);
        if (count == 0 && house.cashOf(id) >= 0) return;
        IRiskTypes.Margin memory m = house.marginOf(id);
        int256 gains = m.unrealised > 0 ? m.unrealised : int256(0);
        // storing the principal costs up to two wei
        assertGe(m.equity - gains + 2, int256(m.initialMargin), I6_WITHDRAWAL);
    }

    /// @dev After a trade: E >= IM, or IM fell and E / MM did not. What the trade does to the premium moves the mark, so
    /// that the account before it is not the one measured here: hence only IM is compared with before.
    function _requireAllowed(AccountId id, IRiskTypes.Margin memory before) private view {
        IRiskTypes.Margin memory m = house.marginOf(id);
        if (m.equity + 2 >= int256(m.initialMargin)) return;
        assertLt(m.initialMargin * 100, before.initialMargin * 101, I6_RISK);
    }

    /// @dev E' / MM' >= E / MM but for the wei that rounding takes; an insolvent account's equity does not fall.
    function _requireHealthKept(
        IRiskTypes.Margin memory before,
        IRiskTypes.Margin memory next
    ) private pure {
        int256 dust = int256(DUST_PER_CALL);
        if (before.equity <= 0) {
            assertGe(next.equity + dust, before.equity, I5_HEALTH);
            return;
        }
        assertGe(
            (next.equity + dust) * int256(before.maintenanceMargin),
            before.equity * int256(next.maintenanceMargin),
            I5_HEALTH
        );
        if (before.maintenanceMargin < 100e18) return;
        // phi's 18 digits may leave up to MM * 1e-18 of the equity that it should take whole
        dust += int256(before.maintenanceMargin / 1e18);
        assertLe((next.equity - dust) * 10, int256(next.maintenanceMargin * 12), I5_TARGET);
    }

    // ------------------------------------------------------------------------------------------------ helpers

    function _trader(uint256 i) private pure returns (address) {
        return address(uint160(0xA11CE0 + i));
    }

    function _anyOf(uint256 seed) private view returns (AccountId) {
        return accounts[bound(seed, 0, 2 * TRADERS - 1)];
    }

    /// @dev A trader's first account, which has money more often; one time in four any account.
    function _funded(uint256 seed) private view returns (AccountId) {
        if (seed % 4 == 0) return _anyOf(seed);
        return accounts[2 * bound(seed, 0, TRADERS - 1)];
    }

    function _target(uint256 seed) private view returns (AccountId id) {
        uint256 first = bound(seed, 0, 2 * TRADERS - 1);
        for (uint256 i = 0; i < 2 * TRADERS; ++i) {
            id = accounts[(first + i) % (2 * TRADERS)];
            (bool liquidatable, ) = liquidator.isLiquidatable(id);
            if (liquidatable) return id;
        }
        return accounts[first];
    }

    function _basket(
        AccountId id,
        uint256[4] memory part
    ) private view returns (ILiquidator.Selection memory selection) {
        selection.instruments = new InstrumentId[](2);
        selection.sizes = new uint256[](2);
        uint256 n;
        for (uint16 u = BTC; u <= ETH; ++u) {
            (int256 held, ) = house.positionOf(id, perpId(u));
            uint256 size = bound(part[u], 0, uint256(held > 0 ? held : -held));
            if (size == 0) continue;
            (selection.instruments[n], selection.sizes[n++]) = (perpId(u), size);
        }
        selection.assetIds = new uint8[](1);
        selection.amounts = new uint256[](1);
        uint8 assetId = uint8(part[0] % 2) + 1;
        (selection.assetIds[0], selection.amounts[0]) = (
            assetId,
            bound(part[3], 0, house.collateralOf(id, assetId))
        );
        uint256 m = selection.amounts[0] == 0 ? 0 : 1;
        (InstrumentId[] memory a, uint256[] memory b) = (selection.instruments, selection.sizes);
        (uint8[] memory c, uint256[] memory d) = (selection.assetIds, selection.amounts);
        assembly ("memory-safe") {
            mstore(a, n)
            mstore(b, n)
            mstore(c, m)
            mstore(d, m)
        }
    }

    function _token(uint8 assetId) private view returns (MockERC20) {
        return MockERC20(house.assetInfo(assetId).token);
    }

    function _deposit(AccountId id, uint8 assetId, uint256 amount) private {
        MockERC20 token = _token(assetId);
        token.mint(id.owner(), amount);
        vm.startPrank(id.owner());
        token.approve(address(house), amount);
        house.deposit(id, assetId, amount);
        vm.stopPrank();
    }

    function _count(bytes32 action, bool succeeded) private {
        if (succeeded) ++done[action];
        else ++refused[action];
        ghostDust += DUST_PER_CALL;
    }

    /// @dev The refusals that belong to the protocol's behaviour; anything else fails the run.
    function _refuse(bytes32 action, bytes memory reason) private {
        bytes4 why = bytes4(reason);
        bool expected;
        if (action == "withdraw" || action == "transfer") {
            expected =
                why == IClearinghouseTypes.WithdrawalTooLarge.selector ||
                why == IClearinghouseTypes.InsufficientBalance.selector ||
                why == IClearinghouseTypes.InsufficientLiquidity.selector;
        } else if (action == "trade" || action == "setProfile") {
            expected = why == IClearinghouseTypes.BelowInitialMargin.selector;
        } else if (action == "liquidate") {
            expected =
                why == ILiquidator.NotLiquidatable.selector ||
                why == ILiquidator.Overshoot.selector ||
                why == ILiquidator.NoRelief.selector;
        } else if (action == "flag") {
            expected = why == ILiquidator.NotLiquidatable.selector;
        } else if (action == "clearFlag") {
            expected = why == ILiquidator.NotFlagged.selector || why == ILiquidator.NotHealthy.selector;
        }
        assertTrue(expected, string.concat(UNEXPECTED, ": ", vm.toString(bytes32(why))));
        _count(action, false);
    }
}
