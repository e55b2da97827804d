// SPDX-License-Identifier: MIT
pragma solidity ^0.8.28;

import {Stack} from "../helpers/Stack.sol";
import {ILiquidator} from "../../../contracts/interfaces/ILiquidator.sol";
import {IClearinghouseTypes} from "../../../contracts/interfaces/IClearinghouseTypes.sol";

/// @dev Gas of the protocol's actions, recorded in `snapshots/Protocol.json` and compared by `npm test`: a change of cost is
/// seen in the same commit. Called from a test, with the test's own encoding; `npm run bench` measures whole transactions.
contract ProtocolGasTest is Stack {
    string private constant GROUP = "Protocol";

    function setUp() public override {
        super.setUp();
        fund(aliceId, USDC_ID, 30_000e6);
        fund(bobId, USDC_ID, 1_000_000e6);
        fund(keeperId, USDC_ID, 1_000_000e6);
        trade(aliceId, bobId, ethPerp, 10e18);
        trade(aliceId, bobId, btcPerp, 1e18);
        skip(60);
    }

    function test_Deposit() public {
        usdc.mint(carol, 5e6);
        vm.prank(carol);
        vm.startSnapshotGas(GROUP, "deposit");
        house.deposit(carolId, USDC_ID, 5e6);
        assertGt(vm.stopSnapshotGas(), 0);
    }

    function test_Margin2Perps() public {
        vm.startSnapshotGas(GROUP, "margin2Perps");
        house.marginOf(aliceId);
        assertGt(vm.stopSnapshotGas(), 0);
    }

    function test_Trade2Sides() public {
        uint256 mark = markOf(ethPerp);
        IClearinghouseTypes.Trade memory params = IClearinghouseTypes.Trade(
            aliceId,
            bobId,
            ethPerp,
            1e18,
            mark,
            2e18,
            2e18
        );
        vm.startSnapshotGas(GROUP, "trade2Sides");
        house.trade(params);
        assertGt(vm.stopSnapshotGas(), 0);
    }

    function test_Liquidate2Perps() public {
        setPrice(ETH, 3_200e18);
        setPrice(BTC, 90_000e18);
        (ILiquidator.Selection memory selection, ) = liquidator.proRata(aliceId);
        ILiquidator.Call memory params = ILiquidator.Call(
            aliceId,
            keeperId,
            selection,
            0,
            type(int256).min,
            uint40(block.timestamp)
        );
        vm.prank(keeper);
        vm.startSnapshotGas(GROUP, "liquidate2Perps");
        liquidator.liquidate(params);
        assertGt(vm.stopSnapshotGas(), 0);
    }
}
