// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;
import {IPriceRouter} from "../../../contracts/interfaces/IPriceRouter.sol";
import {ISettlementTwap} from "../../../contracts/interfaces/ISettlementTwap.sol";
import {IVolSurface} from "../../../contracts/interfaces/IVolSurface.sol";
import {Portfolio} from "../../../contracts/types/Portfolio.sol";
import {DatedLegs} from "../../../contracts/risk/DatedLegs.sol";
import {RiskSheets} from "../../../contracts/risk/RiskSheets.sol";
import {ScenarioSet} from "../../../contracts/risk/ScenarioSet.sol";
import {ScenarioScan} from "../../../contracts/risk/ScenarioScan.sol";
import {ProfileCodec} from "../../../contracts/risk/ProfileCodec.sol";
import {SSTORE2} from "solady/src/utils/SSTORE2.sol";
import {RiskProfile, Scenario} from "../../../contracts/types/RiskProfile.sol";
import {PositionWord} from "../../../contracts/types/PositionWord.sol";
import {Presets} from "../../../contracts/risk/Presets.sol";
import {Sheet, SheetLib} from "../../../contracts/risk/Sheet.sol";
import {Vm} from "../helpers/Vm.sol";
import {RiskTest} from "./RiskTest.sol";
contract Probe is RiskSheets {
    Vm private constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));
    constructor(IPriceRouter r, IVolSurface v) RiskSheets(address(1), r, v, ISettlementTwap(address(v))) {}
    function set(RiskProfile calldata p) external {
        (bytes memory w, uint256 h) = new ProfileCodec().encode(p);
        _sets[0] = StoredSet(SSTORE2.write(w), uint48(h), uint48(w.length));
    }
    function go(Portfolio calldata p) external {
        uint256[12] memory g;
        g[0] = gasleft();
        (Sheet memory sheet, ) = _open(p);
        g[1] = gasleft();
        _readPrices(sheet);
        g[2] = gasleft();
        uint256[] memory keys = _keysOf(p);
        g[3] = gasleft();
        _readTerms(sheet, keys);
        g[4] = gasleft();
        sheet.turnTo(1);
        ScenarioSet s = _loadSet(0, true);
        g[5] = gasleft();
        DatedLegs.add(sheet, p.legs[0], s);
        g[6] = gasleft();
        PositionWord w = p.legs[1];
        g[7] = gasleft();
        DatedLegs.add(sheet, w, s);
        g[8] = gasleft();
        _charge(sheet, s);
        g[9] = gasleft();
        _scanAll(sheet, s);
        g[10] = gasleft();
        for (uint256 i = 0; i < 10; ++i) vm.snapshotValue("tmp", string(abi.encodePacked(bytes1(uint8(65 + i)))), g[i] - g[i + 1]);
    }
}
contract Tmp is RiskTest {
    function test_x() public {
        uint256 e = (block.timestamp / 1 hours + 168) * 1 hours;
        post(BTC, e, 0.01e18, 0.04e18, -0.2e18, 0.01e18, 0.1e18, 0.03e18);
        Probe probe = new Probe(IPriceRouter(address(prices)), IVolSurface(address(surfaces)));
        probe.set(Presets.portfolio());
        Portfolio memory p = empty(0);
        for (uint256 i = 0; i < 2; ++i) p = withOption(p, BTC, e, 80_000e18 + 1_000e18 * i, i % 2 == 0, 1e18);
        probe.go(p);
        probe.go(p);
    }
}
