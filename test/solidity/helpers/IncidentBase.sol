// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {LiquidationBase} from "../liquidation/LiquidationBase.sol";
import {AccountId, toAccountId} from "../../../contracts/types/AccountId.sol";
import {InstrumentId, perpId} from "../../../contracts/types/InstrumentId.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";
import {IOrderMatcher} from "../../../contracts/interfaces/IOrderMatcher.sol";
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {MockAggregator} from "../../../contracts/mocks/MockAggregator.sol";
import {OrderMatcher} from "../../../contracts/venues/OrderMatcher.sol";

/// @dev An attacker, mallory, with several accounts and no rights, on the whole protocol; bob and the keeper are the others whose
/// 20 million could be taken. The attacker trades through the order matcher and pays its fees.
abstract contract IncidentBase is LiquidationBase {
    uint16 internal constant THIN = 3;
    /// @dev Mallory's accounts are numbered from 0.
    uint96 internal constant CREW = 4;

    OrderMatcher internal matcher;
    address internal mallory;
    uint256 internal malloryKey;
    /// @dev A token of thin liquidity at one dollar, with its own perp; see `listThin`.
    MockAggregator internal thinFeed;
    InstrumentId internal thinPerp;
    uint64 private _nonce;

    function setUp() public virtual override {
        super.setUp();
        matcher = OrderMatcher(
            deployCode("OrderMatcher.sol:OrderMatcher", abi.encode(house, address(manager), 2, 5))
        );
        house.setModule(address(matcher), 1, 5_000, toAccountId(address(matcher), 0));
        (mallory, malloryKey) = makeAddrAndKey("mallory");
        person("mallory");
    }

    // ------------------------------------------------------------------------------------------------ the attacker

    function crew(uint96 number) internal view returns (AccountId) {
        return toAccountId(mallory, number);
    }

    /// @dev All that mallory can call her own, wad USD: tokens in the wallet, insurance shares, and the equity of each account.
    /// An account that owes more than it has counts as nothing, since she would walk away from it.
    function wealth() internal view returns (int256 sum) {
        sum = int256(wallet(mallory));
        uint256 shares = insurance.balanceOf(mallory) + insurance.requestOf(mallory).shares;
        if (shares != 0) sum += int256(insurance.convertToAssets(shares) * 1e12);
        for (uint96 i = 0; i < CREW; ++i) {
            int256 equity = margin(crew(i)).equity;
            if (equity > 0) sum += equity;
        }
    }

    /// @dev Tokens that somebody holds, wad USD at the index.
    function wallet(address who) internal view returns (uint256) {
        return
            usdc.balanceOf(who) * 1e12 +
            (weth.balanceOf(who) * router.priceOf(ETH).price) / 1e18 +
            (wbtc.balanceOf(who) * router.priceOf(BTC).price) / 1e8;
    }

    function equityOf(AccountId account) internal view returns (int256) {
        return margin(account).equity;
    }

    // ------------------------------------------------------------------------------------------------ orders

    function orderOf(
        AccountId account,
        InstrumentId instrument,
        int256 size,
        uint256 price
    ) internal returns (IOrderMatcher.Order memory result) {
        result.account = account;
        result.instrument = instrument;
        result.size = int128(size);
        result.limitPrice = uint128(price);
        result.maxFee = 0.001e18;
        result.nonce = ++_nonce;
        result.expirySec = uint40(block.timestamp + 1 hours);
    }

    function signed(
        uint256 key,
        IOrderMatcher.Order memory toSign
    ) internal view returns (IOrderMatcher.SignedOrder memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, matcher.orderHash(toSign));
        return IOrderMatcher.SignedOrder(toSign, vm.addr(key), abi.encodePacked(r, s, v));
    }

    /// @dev Mallory trades with herself, by two signed orders.
    function wash(
        AccountId buyer,
        AccountId seller,
        InstrumentId instrument,
        uint256 size,
        uint256 price
    ) internal {
        IOrderMatcher.SignedOrder memory buys = signed(
            malloryKey,
            orderOf(buyer, instrument, int256(size), price)
        );
        IOrderMatcher.SignedOrder memory sells = signed(
            malloryKey,
            orderOf(seller, instrument, -int256(size), price)
        );
        matcher.matchOrders(buys, sells, size);
    }

    // ------------------------------------------------------------------------------------------------ a thin market

    /// @param cap Of open interest, units wad.
    function listThin(uint256 cap) internal {
        thinFeed = new MockAggregator("THIN / USD", 8, 1e8);
        router.setSources(THIN, chainlink(address(thinFeed), 0.01e18, 100e18), none(), 0);
        house.setPerp(THIN, IClearinghouseTypes.PerpConfig(true, cap, 100_000, 500, 0, 0));
        thinPerp = perpId(THIN);
    }

    // ------------------------------------------------------------------------------------------------ checks

    /// @dev At most so many wei more than before; each stored principal may round by one.
    function assertNoGain(int256 before) internal view {
        assertLe(wealth(), before, "the attacker gained");
    }

    /// @dev Tokens held cover what accounts own, and the pool's cash covers its claims.
    function assertSolvent() internal view {
        IClearinghouseTypes.Solvency memory pool = house.solvency();
        assertGe(int256(pool.assets), pool.claims, "claims");
        assertEq(pool.badDebt, uint256(0), "bad debt");
        assertEq(pool.shortAssets, uint256(0), "tokens");
    }

    function assertStatus(uint16 underlying, IPriceRouter.Status status) internal view {
        assertEq(uint256(router.priceOf(underlying).status), uint256(status), "status");
    }
}
