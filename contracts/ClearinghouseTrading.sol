// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {ClearinghouseCustody} from "./ClearinghouseCustody.sol";
import {InstrumentId, Kind} from "./types/InstrumentId.sol";
import {toFundingState} from "./types/FundingState.sol";
import {ModuleState} from "./types/ModuleState.sol";
import {OpenInterest, toOpenInterest} from "./types/OpenInterest.sol";
import {MAX_SIZE} from "./types/PositionWord.sol";
import {IClearinghouseTypes} from "./interfaces/IClearinghouseTypes.sol";
import {IRiskEngine} from "./interfaces/IRiskEngine.sol";
import {LinearPricing} from "./pricing/LinearPricing.sol";
import {WadMath} from "./libraries/WadMath.sol";
import {Funding} from "./markets/Funding.sol";

/// @title ClearinghouseTrading: moves size from one account to another at a price
/// @dev Longs equal shorts at all times: every change of a position here has its opposite in the same call.
abstract contract ClearinghouseTrading is ClearinghouseCustody {
    /// @dev A venue may charge an account at most 1% of notional.
    uint256 internal constant MAX_FEE_BPS = 100;
    uint256 private constant BPS = 10_000;

    /// @dev The perp market of an instrument; other kinds are refused until they are priced.
    function _perp(InstrumentId instrument) internal view returns (Perp storage perp) {
        Kind kind = instrument.kind();
        if (kind == Kind.None) revert IClearinghouseTypes.UnknownInstrument(instrument);
        if (kind != Kind.Perp) revert IClearinghouseTypes.InstrumentNotSupported(instrument);
        perp = _s.perps[instrument.underlying()];
        // a perp has no expiry and no strike: the low 80 bits must be empty
        if (!perp.listed || InstrumentId.unwrap(instrument) << 16 != 0) {
            revert IClearinghouseTypes.UnknownInstrument(instrument);
        }
    }

    function _validateTrade(
        IClearinghouseTypes.Trade calldata params
    ) internal view returns (Perp storage perp) {
        perp = _perp(params.instrument);
        if (params.buyer == params.seller) revert IClearinghouseTypes.SameAccount(params.buyer);
        if (params.size == 0 || params.price == 0) revert IClearinghouseTypes.AmountZero();
        if (params.size > uint256(MAX_SIZE))
            revert IClearinghouseTypes.AmountTooLarge(params.size, uint256(MAX_SIZE));
        if (params.price > type(uint128).max) {
            revert IClearinghouseTypes.AmountTooLarge(params.price, type(uint128).max);
        }
        uint256 maxFee = WadMath.mulDivUp(WadMath.mulUp(params.size, params.price), MAX_FEE_BPS, BPS);
        if (params.buyerFee > maxFee) revert IClearinghouseTypes.FeeTooHigh(params.buyerFee, maxFee);
        if (params.sellerFee > maxFee) revert IClearinghouseTypes.FeeTooHigh(params.sellerFee, maxFee);
    }

    /// @notice Checks the price against the mark and lets the trade move the premium.
    /// @return fundingIndex The funding index now.
    /// @return premium The premium after the trade.
    function _movePremium(
        Perp storage perp,
        IClearinghouseTypes.Trade calldata params
    ) internal returns (int256 fundingIndex, int256 premium) {
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
        _storeFunding(perp, fundingIndex, premium);
    }

    /// @dev The index price alone, which is the first word of the engine's answer.
    function _indexOf(uint256 underlying) private view returns (uint256 index) {
        address engine = address(_s.riskEngine);
        uint256 selector = uint256(uint32(IRiskEngine.indexOf.selector));
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
        perp.funding = toFundingState(fundingIndex, premium, block.timestamp);
    }

    /// @notice `a` buys `delta` units from `b` (negative: sells). Open interest and the sum of cost bases follow.
    /// @return added Whether open interest grew.
    function _exchange(
        Sides memory sides,
        Perp storage perp,
        InstrumentId instrument,
        int256 delta,
        uint256 price,
        int256 fundingIndex
    ) internal returns (bool added) {
        (int256 oldA, int256 newA, int256 costA) = _apply(sides.a, instrument, delta, price, fundingIndex);
        (int256 oldB, int256 newB, int256 costB) = _apply(sides.b, instrument, -delta, price, fundingIndex);
        sides.aGrew = sides.aGrew || _grew(oldA, newA);
        sides.bGrew = sides.bGrew || _grew(oldB, newB);
        int256 change = _long(newA) - _long(oldA) + _long(newB) - _long(oldB);
        _moveInterest(perp, change, costA + costB);
        return change > 0;
    }

    /// @notice Adds to a market's open interest and to its sum of cost bases.
    function _moveInterest(Perp storage perp, int256 units, int256 cost) internal {
        OpenInterest total = perp.openInterest;
        perp.openInterest = toOpenInterest(int256(total.units()) + units, total.costSum() + cost);
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

    function _emitPosition(Loaded memory loaded, InstrumentId instrument) internal {
        uint256 i = _find(loaded, instrument);
        (int256 size, int256 cost) = i < loaded.count
            ? (loaded.legs[i].size(), loaded.legs[i].cost())
            : (int256(0), int256(0));
        emit IClearinghouseTypes.PositionUpdated(loaded.id, instrument, size, cost);
    }
}
