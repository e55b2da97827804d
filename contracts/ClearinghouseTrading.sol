// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";
import {ClearinghouseCustody} from "./ClearinghouseCustody.sol";
import {InstrumentId, Kind} from "./types/InstrumentId.sol";
import {toFundingState} from "./types/FundingState.sol";
import {ModuleState} from "./types/ModuleState.sol";
import {OpenInterest} from "./types/OpenInterest.sol";
import {MAX_SIZE} from "./types/PositionWord.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {IRiskEngineCore} from "./interfaces/IRiskEngineCore.sol";
import {LinearPricing} from "./pricing/LinearPricing.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {Funding} from "./markets/Funding.sol";

/// @title ClearinghouseTrading: moves size from one account to another at a price
/// @dev Longs equal shorts at all times: every change of a position here has its opposite in the same call.
abstract contract ClearinghouseTrading is ClearinghouseCustody {
    /// @dev A venue may charge an account at most 1% of notional.
    uint256 internal constant MAX_FEE_BPS = 100;
    uint256 private constant BPS = 10_000;

    /// @dev The totals of an instrument that may be held, traded or not. A perp has no expiry and no strike, a future no
    /// strike: those bits must be empty.
    function _interest(InstrumentId instrument) internal view returns (Interest storage) {
        Kind kind = instrument.kind();
        uint256 underlying = instrument.underlying();
        if (kind == Kind.Perp) {
            Perp storage perp = _s.perps[underlying];
            if (perp.listed && InstrumentId.unwrap(instrument) << 16 == 0) return perp.interest;
        } else if (kind != Kind.None && _s.dated[underlying].listed && instrument.expirySec() != 0) {
            bool exact =
                kind == Kind.Future ? InstrumentId.unwrap(instrument) << 36 == 0 : instrument.hasStrike();
            if (exact) return _s.interests[instrument];
        }
        revert IClearinghouseTypes.UnknownInstrument(instrument);
    }

    /// @dev The funding index that a perp is traded at, 0 for other instruments.
    function _fundingIndex(InstrumentId instrument) internal view returns (int256 fundingIndex) {
        if (instrument.kind() != Kind.Perp) return 0;
        (fundingIndex, ) = Funding.current(_s.perps[instrument.underlying()].funding, block.timestamp);
    }

    function _validateTrade(
        IClearinghouseTypes.Trade calldata params
    ) internal view returns (Interest storage interest) {
        interest = _interest(params.instrument);
        uint256 expirySec = params.instrument.expirySec();
        if (expirySec != 0 && expirySec <= block.timestamp) {
            revert IClearinghouseTypes.InstrumentExpired(params.instrument, expirySec);
        }
        if (params.buyer == params.seller) revert IClearinghouseTypes.SameAccount(params.buyer);
        if (params.size == 0 || params.price == 0) revert IClearinghouseTypes.AmountZero();
        if (params.size > uint256(MAX_SIZE))
            revert IClearinghouseTypes.AmountTooLarge(params.size, uint256(MAX_SIZE));
        if (params.price > type(uint128).max) {
            revert IClearinghouseTypes.AmountTooLarge(params.price, type(uint128).max);
        }
        _requireFee(params, WadMath.max(params.buyerFee, params.sellerFee));
    }

    /// @notice What a venue takes from one account in one trade is bounded, whoever gets it.
    function _requireFee(IClearinghouseTypes.Trade calldata params, uint256 fee) internal pure {
        uint256 maxFee = WadMath.mulDivUp(WadMath.mulUp(params.size, params.price), MAX_FEE_BPS, BPS);
        if (fee > maxFee) revert IClearinghouseTypes.FeeTooHigh(fee, maxFee);
    }

    /// @notice Checks a future's or option's price against the mark: the band is a fraction of the index, since an option's
    /// own mark may be next to nothing.
    function _checkBand(IClearinghouseTypes.Trade calldata params) internal view {
        (uint256 index, uint256 mark, ) = _s.riskEngine.quoteOf(params.instrument, 0);
        uint256 bandBps = _s.dated[params.instrument.underlying()].priceBandBps;
        uint256 distance = params.price > mark ? params.price - mark : mark - params.price;
        if (distance * BPS > index * bandBps)
            revert IClearinghouseTypes.PriceOutOfBand(params.price, mark, bandBps);
    }

    /// @notice Checks a perp's price against the mark and computes how the trade moves the premium.
    /// @return fundingIndex The funding index now.
    /// @return premium The premium after the trade.
    function _movePremium(
        IClearinghouseTypes.Trade calldata params
    ) internal view returns (int256 fundingIndex, int256 premium) {
        Perp storage perp = _s.perps[params.instrument.underlying()];
        (fundingIndex, premium) = Funding.current(perp.funding, block.timestamp);
        uint256 index = _indexOf(params.instrument.underlying());
        uint256 mark = LinearPricing.perpMark(index, premium);
        uint256 bandBps = perp.priceBandBps;
        uint256 distance = params.price > mark ? params.price - mark : mark - params.price;
        if (distance * BPS > mark * bandBps)
            revert IClearinghouseTypes.PriceOutOfBand(params.price, mark, bandBps);
        premium = Funding.afterTrade(
            premium,
            index,
            params.price,
            WadMath.mulDown(params.size, params.price),
            uint256(perp.premiumDepthUsd) * WadMath.WAD
        );
    }

    /// @dev The index price alone, which is the first word of the engine's answer.
    function _indexOf(uint256 underlying) private view returns (uint256 index) {
        address engine = address(_s.riskEngine);
        uint256 selector = uint256(uint32(IRiskEngineCore.indexOf.selector));
        bool ok;
        assembly ("memory-safe") {
            mstore(0x00, selector)
            mstore(0x20, underlying)
            ok := staticcall(gas(), engine, 0x1c, 0x24, 0x00, 0x20)
            ok := and(ok, gt(returndatasize(), 0x1f))
            index := mload(0x00)
        }
        if (!ok) _bubble();
    }

    function _storeFunding(Perp storage perp, int256 fundingIndex, int256 premium) internal {
        perp.funding = toFundingState(fundingIndex, premium, block.timestamp, _scale(perp));
    }

    /// @dev How far open interest has come between the market's bounds, in units of 1e-6 (SPEC-M8).
    function _scale(Perp storage perp) private view returns (uint256) {
        uint256 to = perp.scaleToBps;
        if (to == 0) return 0;
        uint256 from = perp.scaleFromBps;
        uint256 share = (perp.interest.total.units() * BPS) / WadMath.max(1, perp.openInterestCap);
        if (share <= from) return 0;
        return (WadMath.min(share - from, to - from) * 1e6) / (to - from);
    }

    /// @notice `a` buys `delta` units from `b` (negative: sells). Open interest and the sum of cost bases follow.
    /// @return added Whether open interest grew.
    function _exchange(
        Sides memory sides,
        Interest storage interest,
        InstrumentId instrument,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) internal returns (bool added) {
        OpenInterest total = interest.total;
        (int256 oldA, int256 newA, int256 costA) = _apply(
            sides.a,
            instrument,
            delta,
            price,
            fundingIndex,
            total
        );
        (int256 oldB, int256 newB, int256 costB) = _apply(
            sides.b,
            instrument,
            -delta,
            price,
            fundingIndex,
            total
        );
        sides.aGrew = sides.aGrew || _grew(oldA, newA);
        sides.bGrew = sides.bGrew || _grew(oldB, newB);
        int256 change = _long(newA) - _long(oldA) + _long(newB) - _long(oldB);
        _moveInterest(interest, instrument, change, costA + costB);
        return change > 0;
    }

    /// @notice Adds to an instrument's open interest and to its sum of cost bases.
    function _moveInterest(
        Interest storage interest,
        InstrumentId instrument,
        int256 units,
        int256 cost
    ) internal {
        interest.total = interest.total.moved(units, cost);
        // perps are few and counted one by one, options have no cost
        if (cost != 0 && instrument.kind() == Kind.Future) _s.futureCosts += SafeCast.toInt128(cost);
    }

    /// @dev A position grew when it ends further from zero or on the other side of it.
    function _grew(int256 oldSize, int256 newSize) private pure returns (bool) {
        return
            newSize != 0 && ((newSize > 0) != (oldSize > 0) || WadMath.abs(newSize) > WadMath.abs(oldSize));
    }

    function _long(int256 size) internal pure returns (int256) {
        return size > 0 ? size : int256(0);
    }

    /// @notice Takes the fees from both sides and books them for the insurance account and the venue.
    function _chargeFees(
        Module storage module,
        Sides memory sides,
        IClearinghouseTypes.Trade calldata params
    ) internal {
        uint256 total = params.buyerFee + params.sellerFee;
        if (total == 0) return;
        sides.a.cash -= int256(params.buyerFee);
        sides.b.cash -= int256(params.sellerFee);
        ModuleState state = module.state;
        uint256 toInsurance = WadMath.mulDivUp(total, state.insuranceShareBps(), BPS);
        module.state = state.withFees(toInsurance, total - toInsurance);
    }

    /// @param tip What the buyer pays; where negative, what the seller pays. At most 128 bits.
    function _chargeTip(
        Sides memory sides,
        IClearinghouseTypes.Trade calldata params,
        int256 tip
    ) internal pure {
        _requireFee(params, (tip > 0 ? params.buyerFee : params.sellerFee) + WadMath.abs(tip));
        if (tip > 0) sides.a.cash -= tip;
        else sides.b.cash += tip;
    }

    function _emitPosition(Loaded memory loaded, InstrumentId instrument) internal {
        uint256 i = _find(loaded, instrument);
        (int256 size, int256 cost) = (0, 0);
        if (i < loaded.count) {
            size = loaded.legs[i].size();
            if (!instrument.isOption()) cost = loaded.legs[i].cost();
        }
        emit IClearinghouseTypes.PositionUpdated(loaded.id, instrument, size, cost);
    }
}
